import { createRedisSubscriptionStore, type RedisSubscriptionStore } from '@eventwire/redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { clients, type TestClient } from '../support/redis-clients';
import { type RedisServer, startRedis } from '../support/redis-server';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server?.[Symbol.asyncDispose]());

describe.each(Object.entries(clients))('the subscription store with %s', (name, open) => {
  let redis: TestClient;
  let keys = 0;
  beforeAll(async () => {
    redis = await open(server.url);
  });
  afterAll(() => redis?.[Symbol.asyncDispose]());

  /** Stores of several processes on one key, and what each is told. */
  const setUp = (count: number, lease = 300) => {
    const key = `${name}:${keys++}`;
    const told: [texts: readonly string[], active: boolean][][] = [];
    const stores = Array.from({ length: count }, (_, index) => {
      const store = createRedisSubscriptionStore({ client: redis.client, key, lease });
      told[index] = [];
      store.onChange((texts, active) => told[index]?.push([texts, active]));
      onTestFinished(() => store[Symbol.asyncDispose]());
      return store;
    });
    return { key, told, stores: stores as [RedisSubscriptionStore, ...RedisSubscriptionStore[]] };
  };

  it('lists the entries of all processes, in each', async () => {
    const { stores } = setUp(3);
    for (const [index, store] of stores.entries())
      await store.add(
        new Map([
          [`${index}`, `text ${index}`],
          [`${index}b`, 'gone soon'],
        ]),
      );
    await Promise.all(stores.map((store, index) => store.remove([`${index}b`])));
    for (const store of stores)
      expect([...(await store.list())].sort()).toEqual(['text 0', 'text 1', 'text 2']);
    await stores[0][Symbol.asyncDispose]();
    expect([...((await stores[1]?.list()) ?? [])].sort()).toEqual(['text 1', 'text 2']);
  });

  it('tells one process, once, of the entries of a process that is gone', async () => {
    const { key, told, stores } = setUp(3);
    // A process that writes once, and is never heard of again.
    const lost = await open(server.url);
    const dead = createRedisSubscriptionStore({ client: lost.client, key, lease: 300, onError: () => {} });
    await dead.add(
      new Map([
        ['x', 'left behind'],
        ['y', 'this too'],
      ]),
    );
    await lost[Symbol.asyncDispose]();
    await expect.poll(() => told.flat().length, { timeout: 5000 }).toBe(1);
    expect(told.flat()[0]?.[1]).toBe(false);
    expect([...(told.flat()[0]?.[0] ?? [])].sort()).toEqual(['left behind', 'this too']);
    expect(await stores[0].list()).toEqual([]);
    const renewals = 3;
    await new Promise((resolve) => setTimeout(resolve, 100 * renewals));
    expect(told.flat().length).toBe(1);
  });

  it('keeps the entries of a process for as long as it lives', async () => {
    const { key, stores } = setUp(1);
    await stores[0].add(new Map([['x', 'mine']]));
    const [process] = (await redis.run('ZRANGE', `${key}:leases`, '0', '-1')) as string[];
    const entries = `${key}:of:${process}`;
    // As if the process had lived for most of a day.
    await redis.run('PEXPIRE', entries, '60000');
    await expect.poll(async () => Number(await redis.run('PTTL', entries))).toBeGreaterThan(60_000);
  });

  it('has the entries of a process again that was only late, and tells it', async () => {
    const { key, told, stores } = setUp(1);
    await stores[0].add(new Map([['x', 'mine']]));
    // As if another process had taken it for gone.
    for (const one of (await redis.run('ZRANGE', `${key}:leases`, '0', '-1')) as string[]) {
      await redis.run('DEL', `${key}:of:${one}`);
      await redis.run('ZREM', `${key}:leases`, String(one));
    }
    expect(await stores[0].list()).toEqual([]);
    await expect.poll(() => told.flat(), { timeout: 5000 }).toEqual([[['mine'], true]]);
    expect(await stores[0].list()).toEqual(['mine']);
  });
});

it.each([
  [{ key: 'k' }, 'client'],
  [{ client: { call: () => {} }, key: '' }, 'key'],
  [{ client: { call: () => {} }, key: 'k', lease: 5 }, 'lease'],
  [{ client: { call: () => {} }, key: 'k', leases: 5 }, 'leases'],
])('a store is not made of %j', (options, option) => {
  expect(() => createRedisSubscriptionStore(options as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', option }),
  );
});
