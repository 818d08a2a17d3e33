// A server in a process of its own, whose routes do with a response whatever applications do by mistake, as
// the request's query says. It tells of everything that nobody has caught.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import {
  createChannel,
  type EventStreamInit,
  EventStreamResponse,
  eventStreamHandler,
} from '@eventwire/server-node';
import express, { type NextFunction } from 'express';

type Req = IncomingMessage | Http2ServerRequest;
type Res = ServerResponse | Http2ServerResponse;

const faults: string[] = [];
for (const name of ['uncaughtException', 'unhandledRejection']) {
  process.on(name, (error) => faults.push(`${name}: ${error?.stack ?? error}`));
}

const seen = { open: new Map<object, string>(), headersSent: 0, other: [] as string[] };
const init: EventStreamInit = {
  heartbeat: 1000,
  onError: (error) => {
    const { code, message } = error as Error & { code?: string };
    if (code === 'HEADERS_SENT') seen.headersSent++;
    else if (message !== 'planned') seen.other.push(String(error));
  },
};
const channel = createChannel({ maxSubscribers: 3 });
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Answers by itself, as far as node lets it: its own mistakes are not what is looked for. */
function answer(res: Res, status: number, body: string): void {
  if (res.headersSent || res.writableEnded) return;
  res.writeHead(status, { 'content-type': 'text/plain' });
  (res as ServerResponse).end(body);
}

const callbacks: Record<string, (stream: EventStreamResponse, res: Res) => unknown> = {
  events: () => ['an event'],
  nothing: () => {},
  waits: () => new Promise(() => {}),
  throws() {
    throw new Error('planned');
  },
  rejects: async () => {
    await turn();
    throw new Error('planned');
  },
  answers: (_, res) => answer(res, 403, 'ANSWER'),
  'answers later': async (_, res) => {
    await Promise.resolve();
    answer(res, 403, 'ANSWER');
  },
  'answers and gives events': (_, res) => {
    answer(res, 403, 'ANSWER');
    return ['an event'];
  },
  'answers and throws': (_, res) => {
    answer(res, 403, 'ANSWER');
    throw new Error('planned');
  },
  'sends and ends the response': async (stream, res) => {
    await stream.sendEvent('an event');
    res.end();
    stream.sendEvent('an event');
    stream.end();
  },
  subscribes: (stream) => channel.subscribe(stream),
  'has nothing to send': (stream) => stream.noContent(),
  flushes: (_, res) => {
    if (!res.headersSent) (res as ServerResponse).flushHeaders?.();
    setTimeout(() => (res as ServerResponse).end(), 5);
  },
};

/** A step of a route; what it throws is the route's. */
const steps: Record<string, (req: Req, res: Res) => unknown> = {
  await: () => Promise.resolve(),
  turn,
  answer: (_, res) => answer(res, 403, 'ANSWER'),
  page: (_, res) => answer(res, 500, 'ANSWER'.repeat(300_000)),
  destroy: (_, res) => void (res as ServerResponse).destroy(),
  throw() {
    throw new Error('planned');
  },
  make: (req, res) => {
    const stream = new EventStreamResponse(req, res, init);
    stream.sendEvent('an event');
    setTimeout(() => stream.end(), 5);
    watch(req, stream.closed);
  },
};

for (const [name, callback] of Object.entries(callbacks)) {
  steps[name] = (req, res) => {
    watch(req, eventStreamHandler((stream) => callback(stream, res) as undefined, init)(req as never, res));
  };
}

/** Remembers a stream, by how it was asked for, until it is over. */
function watch({ method, url, httpVersion }: Req, closed: Promise<void>): void {
  const stream = {};
  seen.open.set(stream, `${httpVersion} ${method} ${url}`);
  closed.then(() => seen.open.delete(stream));
}

async function route(req: Req, res: Res): Promise<void> {
  const { searchParams } = new URL(req.url ?? '', 'http://x');
  for (const name of searchParams.getAll('do')) {
    const result = steps[name]?.(req, res);
    if (result) await result;
  }
}

function errorPage(error: unknown, _req: Req, res: Res, next?: NextFunction): void {
  const { code, message } = error as Error & { code?: string };
  if (message !== 'planned' && code !== 'HEADERS_SENT') faults.push(`a route: ${error}`);
  if (next && res.headersSent) next(error);
  else answer(res, 500, 'ANSWER');
}

const app = express();
app.all('/express', (req, res) => route(req, res));
app.use(errorPage as never);

const plain = (req: Req, res: Res): void => {
  route(req, res).catch((error) => errorPage(error, req, res));
};

const server = createServer((req, res) => {
  if (req.url === '/faults') res.end(JSON.stringify({ faults, ...seen, open: [...seen.open.values()] }));
  else if (req.url?.startsWith('/express')) app(req, res);
  else plain(req, res);
});
const http2Server = createHttp2Server(plain);
http2Server.on('sessionError', () => {});
server.listen(0, '127.0.0.1', () => {
  http2Server.listen(0, '127.0.0.1', () => {
    const [port, http2Port] = [server, http2Server].map((one) => (one.address() as AddressInfo).port);
    console.log(JSON.stringify({ port, http2Port }));
  });
});
// The parent may be killed too.
process.stdin.resume().on('end', () => process.exit());
