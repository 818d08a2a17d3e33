import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TestServer {
  readonly url: string;
  readonly requests: IncomingMessage[];
  /**
   * Open sockets that a request came over. (After an abort, Node's fetch opens another at once, for requests to
   * come; it is idle, does not keep the process alive, and no client can prevent it.)
   */
  readonly sockets: Set<Socket>;
}

/** A real server on a port of the system's choice, closed with the test. */
export async function serve(
  handler: (req: IncomingMessage, res: ServerResponse, count: number) => void,
): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const all = new Set<Socket>();
  const server = createServer((req, res) => {
    requests.push(req);
    sockets.add(req.socket);
    handler(req, res, requests.length);
  });
  server.on('connection', (socket) => {
    all.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      all.delete(socket);
      sockets.delete(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of all) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`, requests, sockets };
}

/** The head of an event stream. */
export function open(res: ServerResponse): ServerResponse {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  res.flushHeaders();
  return res;
}

/** Reconnects at once. */
export const soon = { initialDelay: 0, minDelay: 0 };

/** Waits until `condition` holds, or fails. */
export async function until(condition: () => boolean, what = 'the condition', ms = 3000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Timed out waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
