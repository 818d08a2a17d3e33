// A server in a process of its own, to which clients come and from which they go: over HTTP/1.1, and over HTTP/2 on a second port.
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  createChannel,
  createMemoryLog,
  EventStreamResponse,
  eventStreamHandler,
} from '@eventwire/server-node';
import { heapInUse, openHandles } from '../chaos/heap';
import type { Figures } from './figures';

const faults: string[] = [];
for (const event of ['uncaughtException', 'unhandledRejection', 'warning']) {
  process.on(event, (error: Error) => faults.push(`${event}: ${error.stack ?? error}`));
}

const channel = createChannel({ log: createMemoryLog({ maxEvents: 200 }), maxQueueBytes: 65_536 });
setInterval(() => void channel.publish('x'.repeat(300)), 5);

type Handler = ReturnType<typeof eventStreamHandler>;
const quiet = { onError: () => {} };
const handlers: Record<string, Handler> = {
  '/channel': eventStreamHandler((stream) => channel.subscribe(stream)),
  // What its server ends, and writes to all the same.
  '/ends': eventStreamHandler(async (stream) => {
    await stream.sendEvent('the only one');
    stream.end();
    stream.write(new TextEncoder().encode('data: late\n\n'));
    stream.sendEvent('late');
    await stream.closed;
    stream.sendEvent('later');
    stream.write(new TextEncoder().encode('data: later\n\n'));
  }),
  '/throws': eventStreamHandler(async function* () {
    yield 'one';
    throw new Error('on purpose');
  }, quiet),
  '/flood': eventStreamHandler(async function* () {
    for (;;) yield 'x'.repeat(10_000);
  }),
  // Whose client may have gone before there is a head.
  '/late': async (req, res) => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const stream = new EventStreamResponse(req, res, quiet);
    await stream.sendEvents(() => channel.subscribe(stream));
  },
};

async function answer(req: Parameters<Handler>[0], res: Parameters<Handler>[1]): Promise<void> {
  try {
    if (req.method === 'POST') await text(req);
  } catch {
    return; // gone in the middle of its request
  }
  const handler = handlers[req.url ?? ''];
  if (handler) return handler(req, res);
  const figures: Figures = {
    heap: heapInUse(),
    handles: openHandles(),
    subscribers: channel.size,
    http2Port: (http2.address() as AddressInfo).port,
    faults,
  };
  (res as import('node:http').ServerResponse).end(JSON.stringify(figures));
}

const http = createServer((req, res) => void answer(req, res));
const http2 = createHttp2Server((req, res) => void answer(req as never, res));
http2.on('sessionError', () => {});
http2.listen(0, '127.0.0.1', () => {
  http.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
    console.log(JSON.stringify({ port: (http.address() as AddressInfo).port }));
  });
});
process.stdin.resume().on('end', () => process.exit());
