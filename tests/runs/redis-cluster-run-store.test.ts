import { createRedisRunStore, type RedisClientLike } from '@eventwire/redis';
import type { RunStore } from '@eventwire/server';
import { describeRunStore } from '@eventwire/testing/run-store';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

interface Client {
  readonly client: RedisClientLike;
  close(): unknown;
}

const clients: Record<string, (urls: string[]) => Promise<Client>> = {
  async ioredis(urls) {
    const client = new Cluster(urls);
    client.on('error', () => {});
    return { client, close: () => client.disconnect() };
  },
  async 'node-redis'(urls) {
    const client = createCluster({ rootNodes: urls.map((url) => ({ url })) });
    client.on('error', () => {});
    await client.connect();
    return { client: client as unknown as RedisClientLike, close: () => client.destroy() };
  },
};

describe.each(Object.entries(clients))('on three masters, with the cluster of %s', (name, open) => {
  let redis: Client;
  let count = 0;
  beforeAll(async () => {
    redis = await open(cluster.masters.map(({ url }) => url));
  });
  afterAll(() => redis?.close());

  const prefixes = new WeakMap<RunStore, string>();
  const storeOn = (prefix: string) => {
    const store = createRedisRunStore({ client: redis.client, prefix });
    prefixes.set(store, prefix);
    return store;
  };
  const another = () => storeOn(`${name}:${count++}`);
  describeRunStore(
    `createRedisRunStore`,
    another,
    { describe, it, expect },
    {
      other: (store) => storeOn(prefixes.get(store) ?? ''),
      reopen: async (store) => {
        await store[Symbol.asyncDispose]();
        return storeOn(prefixes.get(store) ?? '');
      },
    },
  );

  it('has runs on every master', async () => {
    await using store = another();
    const names = Array.from({ length: 30 }, (_, n) => `run ${n} {of} these`);
    for (const run of names) await store.open(run).claim({ lease: 60_000, ttl: 60_000 });
    const pattern = `${prefixes.get(store)}:*`;
    const keys = await Promise.all(cluster.masters.map((node) => cluster.ask(node, 'KEYS', pattern)));
    for (const found of keys) expect(found).not.toBe('');
    for (const run of names) expect(await store.open(run).state()).toMatchObject({ status: 'running' });
  });
});
