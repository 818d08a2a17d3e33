import { createRedisLog } from '@eventwire/redis';
import type { LogPage } from '@eventwire/server';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { clients, type TestClient } from '../support/redis-clients';
import { type RedisServer, startRedis } from '../support/redis-server';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const dataOf = ({ events }: LogPage) => events.map(({ event }) => event.data);

describe.each(Object.entries(clients))('with %s', (name, open) => {
  let redis: TestClient;
  let keys = 0;
  beforeAll(async () => {
    redis = await open(server.url);
  });
  afterAll(() => redis?.[Symbol.asyncDispose]());

  /** A log with events 1 to `count`, and what each of them has as its id. */
  async function filled(count: number, options = {}) {
    const key = `${name}:${keys++}`;
    const log = createRedisLog({ client: redis.client, key, ...options });
    onTestFinished(() => log[Symbol.asyncDispose]());
    const start = await log.lastId();
    const numbers = Array.from({ length: count }, (_, n) => String(n + 1));
    const logged = await Promise.all(numbers.map((data) => log.append(data)));
    return { key, log, start, ids: logged.map(({ id }) => id) };
  }
  const entryOf = (id = '') => id.split('.')[1] ?? '';

  it('a client whose last event was the newest to be trimmed has missed nothing, and hears of no gap', async () => {
    const { log, ids } = await filled(550, { maxEvents: 100 });
    const { events } = await log.read('', { limit: 1000 });
    const trimmed = 550 - events.length;
    expect(trimmed).toBeGreaterThan(100);
    const newest = await log.read(ids[trimmed - 1] ?? '', { limit: 1000 });
    expect([newest.gap, newest.events.length]).toEqual([false, events.length]);
    // One event earlier, one is missing.
    const earlier = await log.read(ids[trimmed - 2] ?? '', { limit: 1000 });
    expect([earlier.gap, earlier.events.length]).toEqual([true, events.length]);
  });

  it('a client that has had the newest event hears of no gap, though that one was removed', async () => {
    const { log, key, ids } = await filled(3);
    await redis.run('XTRIM', key, 'MAXLEN', '0');
    expect(await log.read(ids[2] ?? '', { limit: 9 })).toEqual({ events: [], gap: false });
    expect(await log.read(ids[1] ?? '', { limit: 9 })).toEqual({ events: [], gap: true });
    await log.append('4');
    expect(await log.read(ids[2] ?? '', { limit: 9 })).toMatchObject({ events: [{}], gap: false });
    expect(await log.read(ids[1] ?? '', { limit: 9 })).toMatchObject({ events: [{}], gap: true });
  });

  it('a gap is told where the log cannot know, as with entries that name none before', async () => {
    const { log, key, start, ids } = await filled(1);
    for (const data of ['2', '3', '4']) {
      await redis.run('XADD', key, '*', 'event', JSON.stringify({ data }));
    }
    const others = await log.read(ids[0] ?? '', { limit: 9 });
    expect([others.gap, dataOf(others)]).toEqual([false, ['2', '3', '4']]);
    await redis.run('XTRIM', key, 'MAXLEN', '2');
    for (const after of [start, ids[0], others.events[0]?.id]) {
      const page = await log.read(after ?? '', { limit: 9 });
      expect([page.gap, dataOf(page)]).toEqual([true, ['3', '4']]);
    }
  });

  it('a follower whose newest event is lost, as by a failover, hears of the gap once, and of each event once', async () => {
    const { log, key, ids } = await filled(3);
    const batches: [boolean, unknown[]][] = [];
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    await log.follow(ids[1] ?? '', (page) => batches.push([page.gap, dataOf(page)]), abort.signal);
    await vi.waitUntil(() => batches.length === 1);
    // As it was before the third, on a replica that had not got that one yet: the stream, and what belongs to
    // it, go back together.
    const replica = `${key} on the replica`;
    await redis.run('COPY', key, replica);
    await redis.run('XDEL', replica, entryOf(ids[2]));
    await redis.run('XSETID', replica, entryOf(ids[1]), 'ENTRIESADDED', '2', 'MAXDELETEDID', '0-0');
    await redis.run('HSET', `${key}:epoch`, 'last', entryOf(ids[1]));
    await redis.run('COPY', replica, key, 'REPLACE');
    await expect.poll(() => batches, { timeout: 20_000 }).toHaveLength(2);
    await log.append('4');
    await expect.poll(() => batches).toHaveLength(3);
    expect(batches).toEqual([
      [false, ['3']],
      [true, []],
      [false, ['4']],
    ]);
  });
});
