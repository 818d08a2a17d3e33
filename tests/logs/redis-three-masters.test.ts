import { createRedisLog, type RedisClientLike } from '@eventwire/redis';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster';

const within = { timeout: 40_000, interval: 50 };

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster(1);
}, 120_000);
afterAll(() => cluster?.[Symbol.asyncDispose]());

const clients: Record<string, () => Promise<RedisClientLike>> = {
  async ioredis() {
    const client = new Cluster(cluster.masters.map(({ url }) => url));
    client.on('error', () => {});
    onTestFinished(() => client.disconnect());
    return client;
  },
  async 'node-redis'() {
    const client = createCluster({ rootNodes: cluster.masters.map(({ url }) => ({ url })) });
    client.on('error', () => {});
    onTestFinished(() => client.destroy());
    await client.connect();
    return client;
  },
};

/** A log that is followed from its start on. */
async function followedLog(client: RedisClientLike, key: string) {
  const log = createRedisLog({ client, key, commandTimeout: 2000, onError: () => {} });
  onTestFinished(() => log[Symbol.asyncDispose]());
  const followed: unknown[] = [];
  let gaps = 0;
  const listener = ({ events, gap }: { events: readonly { event: { data?: unknown } }[]; gap: boolean }) => {
    if (gap) gaps++;
    followed.push(...events.map(({ event }) => event.data));
  };
  await log.follow(await log.lastId(), listener, new AbortController().signal);
  /** Again and again under its own key until it is written. */
  const publish = async (data: string) => {
    for (const deadline = performance.now() + 40_000; ; ) {
      try {
        return (await log.append(data, { idempotencyKey: data })).id;
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
    }
  };
  return { log, followed, gaps: () => gaps, publish };
}

describe.each(Object.entries(clients))('with a cluster of %s', (name, open) => {
  it('logs are on each of three masters, and followed there', async () => {
    const client = await open();
    const masters = new Set<number>();
    for (let n = 0; n < 6 || masters.size < 3; n++) {
      const key = `{${name}:${n}}`;
      const { log, followed } = await followedLog(client, key);
      const start = await log.lastId();
      for (const data of ['1', '2', '3']) await log.append(data, { idempotencyKey: `of ${data}` });
      expect((await log.append('again', { idempotencyKey: 'of 1' })).id).toBe(
        (await log.read(start, { limit: 1 })).events[0]?.id,
      );
      await expect.poll(() => followed, within).toEqual(['1', '2', '3']);
      masters.add((await cluster.masterOf(key)).port);
    }
  });

  it('a key without braces is refused as the log is made, with the way out', async () => {
    const client = await open();
    for (const key of ['events', 'a{}b', '}{']) {
      expect(() => createRedisLog({ client, key })).toThrow(
        expect.objectContaining({
          code: 'INVALID_OPTION',
          option: 'key',
          message: expect.stringContaining('braces'),
        }),
      );
    }
    expect(() => createRedisLog({ client, key: 'app:{events}' })).not.toThrow();
  });

  it('a slot that moves to another master takes its log along: nothing lost, nothing twice, no gap', async () => {
    const client = await open();
    const key = `{${name} moves}`;
    const { followed, gaps, publish } = await followedLog(client, key);
    const numbers = Array.from({ length: 200 }, (_, n) => String(n));
    await publish(numbers[0] ?? '');
    const publishing = (async () => {
      for (const data of numbers.slice(1)) await publish(data);
    })();
    const from = await cluster.masterOf(key);
    const to = cluster.masters.find((node) => node !== from);
    if (!to) throw new Error('another master');
    const [slot, fromId, toId] = [
      await cluster.ask(from, 'CLUSTER', 'KEYSLOT', key),
      await cluster.ask(from, 'CLUSTER', 'MYID'),
      await cluster.ask(to, 'CLUSTER', 'MYID'),
    ];
    await cluster.ask(to, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
    await cluster.ask(from, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
    for (;;) {
      const keys = (await cluster.ask(from, 'CLUSTER', 'GETKEYSINSLOT', slot, '10'))
        .split('\n')
        .filter(Boolean);
      if (keys.length === 0) break;
      for (const one of keys)
        await cluster.ask(from, 'MIGRATE', '127.0.0.1', String(to.port), one, '0', '1000');
    }
    for (const node of [to, ...cluster.masters])
      await cluster.ask(node, 'CLUSTER', 'SETSLOT', slot, 'NODE', toId);
    await publishing;
    await expect.poll(() => followed.length, within).toBe(numbers.length);
    expect(followed).toEqual(numbers);
    expect(gaps()).toBe(0);
  });
});

// Last, since it leaves a master dead.
it.each(Object.keys(clients))(
  'a master that dies is followed by its replica, and the log goes on: %s',
  async (name) => {
    await using own = await startRedisCluster(1);
    const shared = cluster;
    cluster = own;
    onTestFinished(() => {
      cluster = shared;
    });
    const client = await clients[name]?.();
    if (!client) throw new Error('no client');
    const { log, followed, gaps, publish } = await followedLog(client, '{events}');
    const start = await log.lastId();
    const numbers = Array.from({ length: 40 }, (_, n) => String(n));
    for (const data of numbers.slice(0, 20)) await publish(data);
    const master = await own.masterOf('{events}');
    await expect.poll(() => followed.length, within).toBe(20);
    const offsets = async () =>
      (await own.ask(master, 'INFO', 'replication')).match(/(?<=(slave0.*|master_repl_)offset[:=])\d+/g);
    await expect.poll(async () => new Set(await offsets()).size, within).toBe(1);
    await master.kill();
    for (const data of numbers.slice(20)) await publish(data);
    await expect.poll(() => followed, within).toEqual(numbers);
    expect(gaps()).toBe(0);
    const { events, gap } = await log.read(start, { limit: 100 });
    expect([gap, events.map(({ event }) => event.data)]).toEqual([false, numbers]);
  },
  180_000,
);
