import { createRedisLog } from '@eventwire/redis';
import type { EventLog, LoggedEvent } from '@eventwire/server';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { clients, type TestClient } from '../support/redis-clients';
import { type RedisServer, startRedis } from '../support/redis-server';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const bytesOf = (events: readonly LoggedEvent[]) =>
  events.reduce((sum, { frame }) => sum + frame.byteLength, 0);

/** Page by page. Two pages that bring nothing would go on for ever. */
async function pages(log: EventLog, start: string, bounds: { limit: number; maxBytes?: number }) {
  const all: LoggedEvent[][] = [];
  for (let after = start; ; ) {
    const { events, gap } = await log.read(after, bounds);
    expect(gap).toBe(false);
    if (events.length === 0) return all;
    all.push(events);
    after = events.at(-1)?.id ?? after;
  }
}

describe.each(Object.entries(clients))('with %s', (name, open) => {
  let redis: TestClient;
  let keys = 0;
  beforeAll(async () => {
    redis = await open(server.url);
  });
  afterAll(() => redis?.[Symbol.asyncDispose]());
  const openLog = (options = {}) => {
    const key = `${name}:${keys++}`;
    const log = createRedisLog({ client: redis.client, key, onError: () => {}, ...options });
    onTestFinished(() => log[Symbol.asyncDispose]());
    return { log, key };
  };

  it('a page ends before the event that would take it above its bytes, whatever the events hold', async () => {
    const { log } = openLog();
    const start = await log.lastId();
    const all = [
      ...['plain', '"quoted" \\ text', 'é 漢字 😀', '\n'.repeat(300), `${'"'.repeat(300)}`, ''],
      ...Array.from({ length: 40 }, (_, n) => 'x'.repeat(n * 37)),
    ];
    const frames: number[] = [];
    for (const data of all) {
      const { frame } = await log.append({ data, type: 't', comment: 'c\nd' }, { topic: 'of no account' });
      frames.push(frame.byteLength);
    }
    for (const maxBytes of [1, 100, 1000, 5000, 1_000_000]) {
      const expected: number[] = [];
      let room = 0;
      for (const bytes of frames) {
        if (bytes > room) {
          expected.push(0);
          room = maxBytes;
        }
        expected.push((expected.pop() ?? 0) + 1);
        room -= bytes;
      }
      const found = await pages(log, start, { limit: 1000, maxBytes });
      expect({ maxBytes, counts: found.map((events) => events.length) }).toEqual({
        maxBytes,
        counts: expected,
      });
      expect(found.flat().map(({ event }) => event.data)).toEqual(all);
    }
  });

  it('a reader of large events gets about a megabyte at once, also if it does not ask for a bound', async () => {
    const { log } = openLog();
    const start = await log.lastId();
    for (let n = 0; n < 30; n++) await log.append(`${n} ${'x'.repeat(300_000)}`);
    const found = await pages(log, start, { limit: 256 });
    expect(found.map((events) => events.length)).toEqual(Array.from({ length: 10 }, () => 3));
    expect(Math.max(...found.map(bytesOf))).toBeLessThanOrEqual(1024 * 1024);
  });

  it('a reader whose cursor is unknown gets the newest events that fit, from the first of them on', async () => {
    const { log } = openLog();
    const frames: number[] = [];
    for (let n = 0; n < 60; n++)
      frames.push((await log.append(`${n} ${'x'.repeat(n * 10)}`)).frame.byteLength);
    for (const maxReplayBytes of [0, 1, 700, 5000, 1_000_000]) {
      let first = frames.length;
      for (let room = maxReplayBytes; first > 0; first--) {
        room -= frames[first - 1] ?? 0;
        if (room < 0) break;
      }
      const { events, gap } = await log.read('unknown', { limit: 10, maxBytes: 3000, maxReplayBytes });
      expect(gap).toBe(true);
      expect(bytesOf(events)).toBeLessThanOrEqual(3000);
      expect(events[0]?.event.data?.toString().split(' ')[0]).toBe(first < 60 ? String(first) : undefined);
      if (first === 60) expect(events).toEqual([]);
    }
  });

  it('a follower that begins behind more than one page gets all of it', async () => {
    const { log } = openLog();
    const start = await log.lastId();
    const numbers = Array.from({ length: 1200 }, (_, n) => String(n));
    await Promise.all(numbers.map((data) => log.append({ data, comment: 'x'.repeat(2000) })));
    const followed: unknown[] = [];
    const abort = new AbortController();
    await log.follow(
      start,
      ({ events }) => followed.push(...events.map(({ event }) => event.data)),
      abort.signal,
    );
    abort.abort();
    expect(followed).toEqual(numbers);
  });

  it('entries that others have put into the stream do not make a page too large', async () => {
    const { log, key } = openLog();
    const start = await log.lastId();
    await log.append('first');
    for (const size of ['', '-5', '0x10', '1e999', 'nan', '7']) {
      const event = JSON.stringify({ data: 'x'.repeat(50_000) });
      await redis.run('XADD', key, '*', 'event', event, ...(size ? ['size', size] : []));
    }
    const found = await pages(log, start, { limit: 100, maxBytes: 120_000 });
    expect(Math.max(...found.map(bytesOf))).toBeLessThanOrEqual(120_000);
    expect(found.flat()).toHaveLength(7);
  });

  it('a log that is disposed of leaves no connection behind', async () => {
    await using server = await startRedis();
    await using redis = await open(server.url);
    const connections = async () =>
      String(await redis.run('CLIENT', 'LIST'))
        .trim()
        .split('\n').length;
    const log = createRedisLog({ client: redis.client, key: 'events' });
    const abort = new AbortController();
    await log.follow(await log.lastId(), () => {}, abort.signal);
    // The user's, the one that reads, and the one that waits.
    expect(await connections()).toBe(3);
    await log[Symbol.asyncDispose]();
    await expect.poll(connections).toBe(1);
  });
});
