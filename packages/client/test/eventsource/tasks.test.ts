import { describe, expect, it } from 'vitest';
import { EventSource } from '../../src/eventsource/index';
import { until } from '../helpers/server';
import { record, serveText, source } from './helpers';

const headers = { 'content-type': 'text/event-stream' };
const respond = (body: BodyInit | null) => async () => new Response(body, { headers });

describe('9.2.3 Processing model: tasks', () => {
  it('nothing is fired in the call, nor in its microtasks', async () => {
    const es = source('http://127.0.0.1/', { fetch: respond('data: x\n\n') });
    const fired = record(es);
    for (let i = 0; i < 100; i++) await Promise.resolve();
    expect(fired).toEqual([]);
    expect(es.readyState).toBe(EventSource.CONNECTING);
    await until(() => fired.length > 0);
  });

  it('microtasks of one event are done before the next is dispatched', async () => {
    const server = await serveText('data: 1\n\ndata: 2\n\ndata: 3\n\n');
    const es = source(server.url);
    const order: string[] = [];
    es.onmessage = async ({ data }) => {
      order.push(data);
      for (let i = 0; i < 50; i++) await undefined;
      order.push(`after ${data}`);
    };
    await until(() => order.length === 6);
    expect(order).toEqual(['1', 'after 1', '2', 'after 2', '3', 'after 3']);
  });

  it('listeners that come in an earlier event see the later ones', async () => {
    const server = await serveText('event: a\ndata: 1\n\nevent: b\ndata: 2\n\n');
    const es = source(server.url);
    const seen: string[] = [];
    es.addEventListener('a', () => es.addEventListener('b', ({ data }) => seen.push(data)));
    await until(() => seen.length === 1);
    expect(seen).toEqual(['2']);
  });

  it('a listener that throws is reported, and the rest go on', async () => {
    const reported: unknown[] = [];
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => reported.push(error));
    try {
      const server = await serveText('data: 1\n\ndata: 2\n\n');
      const es = source(server.url);
      const error = new Error('mine');
      es.onopen = () => {
        throw error;
      };
      es.addEventListener('message', () => {
        throw error;
      });
      const fired = record(es);
      await until(() => fired.length === 3 && reported.length === 3);
      expect(fired.map(({ type, data }) => data ?? type)).toEqual(['open', '1', '2']);
      expect(reported).toEqual([error, error, error]);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const listener of others) process.on('uncaughtException', listener);
    }
  });

  /** A body that always has more at once: `chunk`, up to `count` times. */
  function bodyOf(chunk: string, count: number) {
    let chunks = 0;
    const bytes = new TextEncoder().encode(chunk);
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      if (chunks === count) return new Promise<void>(() => {});
      chunks += 1;
      controller.enqueue(bytes.slice());
      return undefined;
    };
    return { stream: new ReadableStream({ pull }, { highWaterMark: 0 }), chunks: () => chunks };
  }

  it('reading waits for the listeners, so that what is queued stays bounded: 64 KiB and a chunk', async () => {
    const chunk = 'data: x\n\n'.repeat(50);
    const body = bodyOf(chunk, 1000); // so that a reader that runs ahead comes to an end
    const es = source('http://127.0.0.1/', { fetch: respond(body.stream) });
    let messages = 0;
    let ahead = 0;
    es.onmessage = () => {
      ahead = Math.max(ahead, body.chunks() * chunk.length - messages * 9);
      messages += 1;
      if (messages === 20_000) es.close();
    };
    await until(() => es.readyState === EventSource.CLOSED);
    expect(messages).toBe(20_000);
    expect(ahead).toBeGreaterThan(32_768);
    expect(ahead).toBeLessThanOrEqual(65_536 + chunk.length);
  });

  it.each([':\n', 'data: x\n\n'])('an endless body of %j leaves others their turn', async (chunk) => {
    const body = bodyOf(chunk, Infinity);
    const es = source('http://127.0.0.1/', { fetch: respond(body.stream) });
    await until(() => body.chunks() > 100_000);
    es.close();
  });

  it('setting a handler after the constructor, in the same turn or microtask, is early enough', async () => {
    const server = await serveText('data: x\n\n');
    const es = source(server.url);
    const seen: string[] = [];
    await Promise.resolve();
    es.onopen = () => seen.push('open');
    es.onmessage = () => seen.push('message');
    await until(() => seen.length === 2);
    expect(seen).toEqual(['open', 'message']);
  });
});
