import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A server on a free port, gone with the test. */
export async function serve(listener: (req: IncomingMessage, res: ServerResponse) => unknown) {
  const server = createServer(listener as RequestListener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://127.0.0.1:${port}/` };
}

/** A response, with what has come of its body so far. */
export async function get(url: string, options: Parameters<typeof request>[1] = {}, body?: string) {
  const req = request(url, options);
  onTestFinished(() => void req.destroy());
  req.on('error', () => {});
  req.end(body);
  const res = await new Promise<IncomingMessage>((resolve, reject) => {
    req.on('response', resolve);
    req.on('error', reject);
  });
  const client = {
    req,
    res,
    text: '',
    ended: new Promise<'end' | 'cut'>((resolve) => {
      res.on('end', () => resolve('end'));
      res.on('error', () => resolve('cut'));
    }),
  };
  res.setEncoding('utf8').on('data', (chunk: string) => {
    client.text += chunk;
  });
  return client;
}

/** A client that has sent a request and reads nothing. */
export async function deaf(port: number, head = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.pause();
  onTestFinished(() => void socket.destroy());
  await new Promise<void>((resolve) => socket.on('connect', resolve));
  socket.write(head);
  return socket;
}

/** The real one, also in a test whose time is not. */
const { setTimeout: later } = globalThis;

export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  const end = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`${what} did not come true`);
    await new Promise((resolve) => later(resolve, 2));
  }
}

/** So many turns of the event loop: what waits for nothing outside has run by then. */
export async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
}
