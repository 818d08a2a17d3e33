import { createRedisLog, type RedisLogError } from '@eventwire/redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clients } from '../support/redis-clients';
import { startRedis } from '../support/redis-server';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(Object.entries(clients))('with %s', (_, open) => {
  it('publishers of a Redis that hangs are refused after one timeout, and nothing refused is written later', async () => {
    await using server = await startRedis();
    const redis = await open(server.url);
    const commandTimeout = 300;
    const log = createRedisLog({ client: redis.client, key: 'events', commandTimeout, onError: () => {} });
    onTestFinished(async () => {
      server.resume();
      await log[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    });
    let number = 0;
    const outcomes = new Map<string, string | undefined>();
    const publish = async () => {
      const data = String(number++);
      try {
        await log.append(data);
        outcomes.set(data, 'written');
      } catch (error) {
        const { code, outcome } = error as RedisLogError;
        outcomes.set(data, `${code} ${outcome}`);
      }
    };
    await publish();

    server.pause();
    const publishing: Promise<void>[] = [];
    const until = performance.now() + 4 * commandTimeout;
    while (performance.now() < until) {
      for (let n = 0; n < 20; n++) publishing.push(publish());
      await sleep(20);
    }
    await Promise.all(publishing);
    const kinds = [...outcomes.values()];
    expect([...new Set(kinds)].sort()).toEqual(['TIMEOUT unknown', 'UNAVAILABLE not-written', 'written']);
    // Those of the first timeout alone were sent.
    const count = (wanted: string) => kinds.filter((kind) => kind === wanted).length;
    expect(count('UNAVAILABLE not-written')).toBeGreaterThan(count('TIMEOUT unknown'));

    server.resume();
    const last = async () => {
      await publish();
      return outcomes.get(String(number - 1));
    };
    await expect.poll(last, { timeout: 20_000 }).toBe('written');
    const entries = JSON.stringify(await redis.run('XRANGE', 'events', '-', '+')).replaceAll('\\', '');
    const held = [...entries.matchAll(/"data":"(\d+)"/g)].map(([, data]) => data);
    expect(new Set(held).size).toBe(held.length);
    const expected = [...outcomes].filter(([, kind]) => kind !== 'UNAVAILABLE not-written');
    // All that was sent is written in the end, in its order.
    expect(held).toEqual(expected.map(([data]) => data).sort((a, b) => Number(a) - Number(b)));
  });

  it('readers and followers of a Redis that hangs hear of it, and go on as it does', async () => {
    await using server = await startRedis();
    const redis = await open(server.url);
    const errors: unknown[] = [];
    const log = createRedisLog({
      ...{ client: redis.client, key: 'events', commandTimeout: 300 },
      onError: (error) => errors.push(error),
    });
    onTestFinished(async () => {
      server.resume();
      await log[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    });
    const start = await log.lastId();
    const followed: unknown[] = [];
    const follow = ({ events }: { events: readonly { event: { data?: unknown } }[] }) =>
      followed.push(...events.map(({ event }) => event.data));
    await log.follow(start, follow, new AbortController().signal);
    await log.append('before');
    server.pause();
    const began = performance.now();
    const reads = Array.from({ length: 300 }, () => log.read(start, { limit: 1 }).catch(({ code }) => code));
    const codes = new Set(await Promise.all(reads));
    expect([...codes].every((code) => code === 'TIMEOUT' || code === 'UNAVAILABLE')).toBe(true);
    // Together, and not one after the other.
    expect(performance.now() - began).toBeLessThan(5000);
    server.resume();
    await expect
      .poll(async () => (await log.read(start, { limit: 9 }).catch(() => undefined))?.events.length)
      .toBe(1);
    const append = async () => {
      await log.append('after');
      return 'written';
    };
    await expect.poll(() => append().catch(() => 'refused')).toBe('written');
    await expect.poll(() => followed, { timeout: 20_000 }).toEqual(['before', 'after']);
    // As many connections as before, and none that is left behind.
    const connections = async () =>
      String(await redis.run('CLIENT', 'LIST'))
        .trim()
        .split('\n').length;
    await expect.poll(connections, { timeout: 20_000 }).toBe(3);
  });
});
