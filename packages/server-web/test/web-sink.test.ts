import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { resolveEventStreamInit } from '@eventwire/server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSink } from '../src/web-sink';
import { reading, sleep, url } from './helpers';

const utf8 = (text: string) => new TextEncoder().encode(text);

async function opened(highWaterMark = 10, init: RequestInit = {}) {
  const calls: string[] = [];
  const sink = new WebSink(new Request(url, init), resolveEventStreamInit({ highWaterMark }));
  const listener = {
    onDrained: () => void calls.push('drained'),
    onClosed: () => void calls.push('closed'),
    onFailed: () => void calls.push('failed'),
  };
  sink.open(listener, utf8('first'));
  return { sink, calls, client: reading(await sink.response) };
}

describe('WebSink', () => {
  it('counts what its reader has not taken', async () => {
    const { sink, client } = await opened();
    expect(sink.pending).toBe(5);
    sink.write(utf8('é'));
    expect(sink.pending).toBe(7);
    sink.write(utf8('x'.repeat(100)));
    expect(sink.pending).toBe(107);
    await client.step();
    expect(sink.pending).toBe(102);
    sink.end();
    expect(sink.pending).toBe(102);
    await client.rest();
    expect(sink.pending).toBe(0);
  });

  it('hands out a large frame in slices, so that it can be seen how much its reader has taken', async () => {
    const { sink, client } = await opened();
    await client.step();
    sink.write(utf8('x'.repeat(200_000)));
    const pending: number[] = [];
    while (sink.pending > 0) {
      pending.push(sink.pending);
      await client.step();
    }
    expect(pending).toEqual([200_000, 134_464, 68_928, 3_392]);
    expect(client.text).toBe(`first${'x'.repeat(200_000)}`);
  });

  it('tells its listener where the runtime has failed the body by itself, and throws nothing', async () => {
    const { calls, sink } = await opened();
    // As of a body that the runtime has failed without cancelling it.
    const enqueue = vi.spyOn(ReadableStreamDefaultController.prototype, 'enqueue').mockImplementation(() => {
      throw new TypeError('Invalid state: Controller is already closed');
    });
    onTestFinished(() => enqueue.mockRestore());
    sink.write(utf8('x'));
    sink.write(utf8('y'));
    await sleep(1);
    expect(calls.filter((call) => call !== 'drained')).toEqual(['failed']);
    sink.end();
    sink.destroy();
    expect(calls.filter((call) => call !== 'drained')).toEqual(['failed']);
  });

  it('calls its listener within none of its methods', async () => {
    const { sink, calls, client } = await opened();
    const silent = (call: () => void) => {
      const before = calls.length;
      call();
      expect(calls.slice(before)).toEqual([]);
    };
    await client.step();
    const waiting = client.step();
    await sleep(1);
    silent(() => sink.write(utf8('x')));
    await waiting;
    silent(() => sink.end());
    await sleep(1);
    expect(calls.at(-1)).toBe('closed');
    const { sink: other, calls: others } = await opened();
    const before = [...others];
    other.destroy();
    expect(others).toEqual(before);
    await sleep(1);
    expect(others).toEqual([...before, 'closed']);
  });

  it('does nothing after it is over, and tells of that once', async () => {
    const { sink, calls, client } = await opened();
    await client.cancel();
    sink.write(utf8('late'));
    sink.end();
    sink.destroy();
    await sleep(1);
    expect(calls.filter((call) => call === 'closed')).toHaveLength(1);
    expect(sink.pending).toBe(0);
  });

  it('hears of an abort also where nobody else has kept the request', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const controller = new AbortController();
    const { calls, client } = await opened(10, { signal: controller.signal });
    for (let round = 0; round < 3; round++) {
      await sleep(1);
      collect();
    }
    controller.abort();
    expect(calls).toContain('closed');
    expect(await client.rest()).toBe('first');
  });
});
