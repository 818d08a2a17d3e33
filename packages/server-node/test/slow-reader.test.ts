import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { type EventStreamInit, EventStreamResponse, eventStreamHandler } from '../src/index';
import type { NodeRequest, NodeResponse } from '../src/messages';
import { serve, until } from './helpers';

/*
 * The defaults, 120 times as fast: a client that takes 16 KiB a second takes 1,920 KiB in the default writeTimeout of 120 seconds. The system
 * tells of taken bytes in steps of up to 1.4 MB.
 */
const bytes = 9_000_000;
const bytesPerSecond = 120 * 16 * 1024;
const writeTimeout = 1000;
const big = 'x'.repeat(bytes);

interface Pausable {
  pause(): unknown;
  resume(): unknown;
}

/** Reads at a steady pace: how many bytes there were, by the pieces' lengths. */
function paced(source: Pausable & { on(event: 'data', listener: (chunk: Buffer) => void): unknown }) {
  const began = performance.now();
  const read = { bytes: 0, tail: '' };
  source.on('data', (chunk) => {
    read.bytes += chunk.length;
    read.tail = (read.tail + chunk.toString('latin1')).slice(-200);
    const wait = (read.bytes / bytesPerSecond) * 1000 - (performance.now() - began);
    if (wait <= 0) return;
    source.pause();
    setTimeout(() => source.resume(), wait);
  });
  return read;
}

const handlers: Record<string, (req: NodeRequest, res: NodeResponse, init: EventStreamInit) => Promise<void>> = {
  'in one event': (req, res, init) =>
    eventStreamHandler(async function* () {
      yield big;
    }, init)(req as never, res),
  'in one event, with the end behind it': (req, res, init) => {
    const stream = new EventStreamResponse(req, res, init);
    stream.sendEvent(big);
    stream.end();
    return stream.closed;
  },
  'in events that nobody waits for, with the end behind them': (req, res, init) => {
    const stream = new EventStreamResponse(req, res, init);
    for (let n = 0; n < bytes; n += 10_000) stream.sendEvent('x'.repeat(10_000));
    stream.end();
    return stream.closed;
  },
};

const cases = Object.entries(handlers);

it.each(cases)('a steady reader gets 9 MB %s, over HTTP/1', async (_name, handle) => {
  const errors: unknown[] = [];
  const { port } = await serve((req, res) => {
    handle(req, res, { writeTimeout, onError: (error) => errors.push(error) });
  });
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const read = paced(socket);
  await new Promise((resolve) => socket.on('close', resolve));
  expect(read.bytes).toBeGreaterThan(bytes);
  expect(read.tail).toContain('event: eventwire:end');
  expect(errors).toEqual([]);
});

it.each(cases)('a steady reader gets 9 MB %s, over HTTP/2', async (_name, handle) => {
  const errors: unknown[] = [];
  const server = createHttp2Server((req, res) => {
    handle(req, res, { writeTimeout, onError: (error) => errors.push(error) });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  session.on('error', () => {});
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  const stream = session.request({ ':path': '/' });
  const read = paced(stream);
  await new Promise((resolve) => stream.on('close', resolve));
  expect(read.bytes).toBeGreaterThan(bytes);
  expect(read.tail).toContain('event: eventwire:end');
  expect(errors).toEqual([]);
});

it('a reader that stops in the middle is cut by writeTimeout, also behind the end', async () => {
  const reasons: unknown[] = [];
  let over = 0;
  const { port } = await serve((req, res) => {
    const stream = new EventStreamResponse(req, res, { writeTimeout: 300 });
    stream.signal.addEventListener('abort', () => reasons.push(stream.signal.reason));
    stream.sendEvent(big);
    if (req.url === '/end') stream.end();
    stream.closed.then(() => over++);
  });
  for (const path of ['/', '/end']) {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    socket.once('data', () => socket.pause());
  }
  await until(() => over === 2);
  expect(reasons).toMatchObject([{ code: 'STREAM_CLOSED' }, { code: 'PEER_GONE' }]);
});
