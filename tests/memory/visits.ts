import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect as connectHttp2, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

interface Ports {
  readonly http: number;
  readonly http2: number;
}

/** One client that comes and goes. `random` gives numbers from 0 to 1. */
type Visit = (ports: Ports, random: () => number) => Promise<unknown>;

const host = '127.0.0.1';
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;

async function open(port: number, text: string): Promise<Socket> {
  const socket = connect(port, host);
  socket.on('error', () => {});
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(text, resolve));
  return socket;
}

/** Takes the first bytes, and perhaps a few more. */
async function readSome(socket: Socket, random: () => number): Promise<void> {
  let left = 1 + Math.floor(random() * 3);
  await new Promise<void>((resolve) => {
    socket.on('data', () => {
      if (--left === 0) resolve();
    });
    socket.on('close', () => resolve());
  });
}

function leave(socket: Socket, random: () => number): void {
  if (random() < 0.5) socket.resetAndDestroy();
  else socket.destroy();
}

async function answered(asked: ClientRequest): Promise<void> {
  const [response] = (await once(asked.end(), 'response')) as [IncomingMessage];
  await buffer(response);
}

export const visits: Record<string, Visit> = {
  async 'in the middle of the request'({ http }, random) {
    const whole = get('/channel');
    leave(await open(http, whole.slice(0, Math.floor(random() * whole.length))), random);
  },
  async 'before the head'({ http }, random) {
    leave(await open(http, get(random() < 0.5 ? '/late' : '/channel')), random);
  },
  async 'behind some events'({ http }, random) {
    const socket = await open(http, get(random() < 0.5 ? '/late' : '/channel'));
    await readSome(socket, random);
    leave(socket, random);
  },
  async 'behind the answer to a POST'({ http }, random) {
    const socket = await open(http, 'POST /channel HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody');
    await readSome(socket, random);
    leave(socket, random);
  },
  async 'in the middle of a POST'({ http }, random) {
    leave(await open(http, 'POST /channel HTTP/1.1\r\nHost: x\r\nContent-Length: 400\r\n\r\nbody'), random);
  },
  async 'while more is under way than the sockets hold'({ http }, random) {
    const socket = await open(http, get('/flood'));
    await once(socket, 'readable');
    leave(socket, random);
  },
  async 'half of it'({ http }, random) {
    const socket = await open(http, get('/channel'));
    socket.end();
    await readSome(socket, random);
    leave(socket, random);
  },
  async 'with requests that wait for their turn'({ http }, random) {
    const socket = await open(http, get('/channel') + get('/channel') + get('/ends'));
    await readSome(socket, random);
    leave(socket, random);
  },
  async 'behind many streams that ended, over one connection'({ http }) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let n = 0; n < 12; n++) {
      const path = n % 3 === 0 ? '/throws' : '/ends';
      await answered(request({ host, port: http, path, agent, method: n % 4 === 0 ? 'HEAD' : 'GET' }));
    }
    agent.destroy();
  },
  async 'over HTTP/2'({ http2 }, random) {
    const session = connectHttp2(`http://${host}:${http2}`);
    session.on('error', () => {});
    const paths = ['/channel', '/late', '/ends', '/flood'];
    const streams = paths.map((path) => session.request({ ':path': path }).on('error', () => {}));
    await Promise.race([once(session, 'close'), Promise.all(streams.map((one) => once(one, 'response')))]);
    for (const stream of streams) if (random() < 0.5) stream.close(constants.NGHTTP2_CANCEL);
    session.destroy();
  },
};
