import { createRedisLog, type RedisClientLike } from '@eventwire/redis';
import { Cluster, Redis } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { type RedisServer, startRedis } from '../support/redis-server';

/** A Redis cluster of one node, which refuses as any other does what names keys of several slots. */
let server: RedisServer;
beforeAll(async () => {
  server = await startRedis('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
  const redis = new Redis(server.url);
  await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  const info = async () => String(await redis.call('CLUSTER', 'INFO'));
  await vi.waitUntil(async () => (await info()).includes('cluster_state:ok'), 20_000);
  redis.disconnect();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const clusters: Record<string, () => Promise<RedisClientLike>> = {
  async ioredis() {
    const cluster = new Cluster([server.url]);
    onTestFinished(() => cluster.disconnect());
    return cluster;
  },
  async 'node-redis'() {
    const cluster = createCluster({ rootNodes: [{ url: server.url }] });
    cluster.on('error', () => {});
    onTestFinished(() => cluster.destroy());
    await cluster.connect();
    return cluster;
  },
};

it.each(Object.keys(clusters))('a log is in a cluster of %s, by a key in braces', async (name) => {
  const client = await clusters[name]?.();
  if (!client) throw new Error('no client');
  await using log = createRedisLog({ client, key: `{${name}}` });
  const start = await log.lastId();
  const followed: unknown[] = [];
  const abort = new AbortController();
  await log.follow(
    start,
    ({ events }) => followed.push(...events.map(({ event }) => event.data)),
    abort.signal,
  );
  const key = { idempotencyKey: 'in {another} slot' };
  const { id } = await log.append('one', key);
  expect((await log.append('one', key)).id).toBe(id);
  await log.append('two');
  await expect.poll(() => followed).toEqual(['one', 'two']);
  abort.abort();
  expect((await log.read(id, { limit: 9 })).events.map(({ event }) => event.data)).toEqual(['two']);
});
