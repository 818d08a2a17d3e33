import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { type EventStreamInit, EventStreamResponse, eventStreamHandler } from '../src/index';
import type { NodeRequest, NodeResponse } from '../src/messages';
import { serve, until } from './helpers';

/*
 * At this pace the system tells of taken bytes about every 0.7 seconds, in steps of up to 1.4 MB: often
 * enough for `writeTimeout`, also on a machine that is busy. The whole takes longer than any limit on the
 * whole would allow.
 */
const bytes = 24_000_000;
const bytesPerSecond = 60 * 32 * 1024;
const writeTimeout = 5000;

type Serve = (req: NodeRequest, res: NodeResponse, init: EventStreamInit) => Promise<void>;

const shapes: Record<string, Serve> = {
  '/event': (req, res, init) =>
    eventStreamHandler(async function* () {
      yield 'x'.repeat(bytes);
    }, init)(req as never, res),
  '/event-and-end': (req, res, init) => {
    const stream = new EventStreamResponse(req, res, init);
    stream.sendEvent('x'.repeat(bytes));
    stream.end();
    return stream.closed;
  },
  '/events-and-end': (req, res, init) => {
    const stream = new EventStreamResponse(req, res, init);
    for (let sent = 0; sent < bytes; sent += 10_000) stream.sendEvent('x'.repeat(10_000));
    stream.end();
    return stream.closed;
  },
};

interface Source {
  pause(): unknown;
  resume(): unknown;
  on(event: 'data' | 'close', listener: (chunk: Buffer) => void): unknown;
}

/** Reads at a steady pace to the end: whether all has come, the end too. */
async function paced(source: Source): Promise<boolean> {
  const began = performance.now();
  let read = 0;
  let tail = '';
  source.on('data', (chunk) => {
    read += chunk.length;
    tail = (tail + chunk.toString('latin1')).slice(-200);
    const wait = (read / bytesPerSecond) * 1000 - (performance.now() - began);
    if (wait <= 0) return;
    source.pause();
    setTimeout(() => source.resume(), wait);
  });
  await new Promise((resolve) => source.on('close', resolve));
  return read > bytes && tail.includes('event: eventwire:end');
}

it('a steady reader gets all of 24 MB, however it was written, over HTTP/1', {
  timeout: 60_000,
}, async () => {
  const errors: unknown[] = [];
  const init: EventStreamInit = { writeTimeout, onError: (error) => errors.push(error) };
  const { port } = await serve((req, res) => shapes[req.url ?? '']?.(req, res, init));
  const reading = Object.keys(shapes).map(async (path) => {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    return [path, await paced(socket)];
  });
  expect(await Promise.all(reading)).toEqual(Object.keys(shapes).map((path) => [path, true]));
  expect(errors).toEqual([]);
});

it('a steady reader gets all of 24 MB, however it was written, over HTTP/2', {
  timeout: 60_000,
}, async () => {
  const errors: unknown[] = [];
  const init: EventStreamInit = { writeTimeout, onError: (error) => errors.push(error) };
  const server = createHttp2Server((req, res) => void shapes[req.url]?.(req, res, init));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const reading = Object.keys(shapes).map(async (path) => {
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    session.on('error', () => {});
    onTestFinished(() => session.destroy());
    return [path, await paced(session.request({ ':path': path }))];
  });
  expect(await Promise.all(reading)).toEqual(Object.keys(shapes).map((path) => [path, true]));
  expect(errors).toEqual([]);
});

it('a reader that stops in the middle is cut by writeTimeout, also behind the end', async () => {
  const reasons: unknown[] = [];
  let over = 0;
  const { port } = await serve((req, res) => {
    const stream = new EventStreamResponse(req, res, { writeTimeout: 300 });
    stream.signal.addEventListener('abort', () => reasons.push(stream.signal.reason));
    stream.sendEvent('x'.repeat(bytes));
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
  expect(reasons).toMatchObject([{ code: 'STREAM_CLOSED' }, { code: 'CLIENT_GONE' }]);
});
