import { connect as connectSocket } from 'node:net';
import { connect } from '@eventwire/client';
import { type EventStreamInit, eventStreamHandler } from '@eventwire/server-node';
import { streamEvents } from '@eventwire/server-web';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../support/listen';
import { passOn } from '../support/web-runtimes';

type Callback = () => Iterable<string | { id: string; data: AsyncIterable<string> }>;

const adapters = {
  'server-node': (callback: Callback, init: EventStreamInit) => eventStreamHandler(callback, init),
  'server-web': (callback: Callback, init: EventStreamInit) =>
    passOn((request) => streamEvents(request, callback, init)),
};

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe.each(Object.entries(adapters))('from %s', (_name, handlerOf) => {
  it('an event whose data pauses for longer than a client waits arrives at the first attempt', async () => {
    async function* words() {
      yield 'one';
      // A client gives up after two and a half heartbeats.
      await sleep(3500);
      yield 'two';
    }
    const handler = handlerOf(() => [{ id: '1', data: words() }], { heartbeat: 1000 });
    let requests = 0;
    await using server = await serve((req, res) => {
      requests++;
      void handler(req, res);
    });
    const stream = connect(server.url);
    onTestFinished(() => void stream.close());
    const events: string[] = [];
    for await (const { data } of stream) events.push(data);
    expect(events).toEqual(['one\ntwo']);
    expect(requests).toBe(1);
  });

  it('a large event reaches a reader that is slow and steady', { timeout: 60_000 }, async () => {
    const [bytes, bytesPerSecond] = [24_000_000, 60 * 32 * 1024];
    const errors: unknown[] = [];
    // Shorter than the whole takes; the heartbeats wait behind the event.
    const init = { writeTimeout: 5000, heartbeat: 250, onError: (error: unknown) => errors.push(error) };
    const handler = handlerOf(() => ['x'.repeat(bytes)], init);
    await using server = await serve((req, res) => void handler(req, res));
    const socket = connectSocket(server.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const began = performance.now();
    let read = 0;
    let tail = '';
    socket.on('data', (chunk) => {
      read += chunk.length;
      tail = (tail + chunk.toString('latin1')).slice(-200);
      const wait = (read / bytesPerSecond) * 1000 - (performance.now() - began);
      if (wait <= 0) return;
      socket.pause();
      setTimeout(() => socket.resume(), wait);
    });
    await new Promise((resolve) => socket.on('close', resolve));
    expect(read).toBeGreaterThan(bytes);
    expect(tail).toContain('event: eventwire:end');
    expect(errors).toEqual([]);
  });
});
