import { createRedisLog } from '@eventwire/redis';
import { createChannel } from '@eventwire/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ListSubscriber } from '../support/list-subscriber';
import { clients } from '../support/redis-clients';
import { startRedis } from '../support/redis-server';
import { createTcpProxy } from '../support/tcp-proxy';

const within = { timeout: 30_000, interval: 20 };

/** A master and its replica behind one address, which is the master's. */
async function startPair(open: (typeof clients)[string]) {
  const args = ['--repl-diskless-sync-delay', '0'];
  const [master, replica] = [await startRedis(...args), await startRedis(...args)];
  let port = master.port;
  const proxy = await createTcpProxy(
    () => port,
    ({ upstream, downstream }) => upstream.pipe(downstream),
  );
  const [atMaster, atReplica] = [await open(master.url), await open(replica.url)];
  const replicate = () => atReplica.run('REPLICAOF', '127.0.0.1', String(master.port));
  const replicated = async () =>
    String(await atReplica.run('INFO', 'replication')).includes('link_status:up');
  await replicate();
  await expect.poll(replicated, within).toBe(true);
  const redis = await open(proxy.url.replace('http:', 'redis:'));
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const log = createRedisLog({ client: redis.client, key: 'events', commandTimeout: 1000, onError });
  const channel = createChannel({ log, onError });
  onTestFinished(async () => {
    await channel.close();
    for (const one of [log, redis, atMaster, atReplica, proxy, master, replica])
      await one[Symbol.asyncDispose]();
  });
  const subscriber = new ListSubscriber(await log.lastId());
  channel.subscribe(subscriber);
  /** Again and again under its own key until it is written. */
  const publish = async (data: string): Promise<string> => {
    for (const deadline = performance.now() + 30_000; ; ) {
      try {
        return await channel.publish(data, { idempotencyKey: data });
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
    }
  };
  return {
    ...{ master, replica, atMaster, atReplica, channel, subscriber, publish, replicate, replicated },
    promote: async () => {
      await atReplica.run('REPLICAOF', 'NO', 'ONE');
      port = replica.port;
    },
  };
}

describe.each(Object.entries(clients))('with %s', (_, open) => {
  it('a replica that is promoted as its master dies goes on with the same events: none lost, none twice', async () => {
    const { master, atReplica, subscriber, publish, promote } = await startPair(open);
    const numbers = Array.from({ length: 60 }, (_, n) => String(n));
    const ids: string[] = [];
    for (const data of numbers.slice(0, 30)) ids.push(await publish(data));
    await expect.poll(() => atReplica.run('XLEN', 'events'), within).toBe(30);
    const publishing = (async () => {
      for (const data of numbers.slice(30)) ids.push(await publish(data));
    })();
    await master.kill();
    await promote();
    await publishing;
    await expect.poll(() => subscriber.data.at(-1), within).toBe('59');
    // What the master had answered and not passed on is lost; nothing else is, and then there is a gap.
    const lost = numbers.filter((data) => !subscriber.data.includes(data));
    expect(subscriber.data).toEqual(numbers.filter((data) => !lost.includes(data)));
    expect(new Set(ids).size).toBe(60);
  });

  it('a replica that lagged goes on behind a gap, for clients that had what it has not', async () => {
    const { master, atReplica, channel, subscriber, publish, promote, replicated } = await startPair(open);
    await publish('both have it');
    await expect.poll(() => atReplica.run('XLEN', 'events'), within).toBe(1);
    // Cut off, as by a network that has broken between the two.
    await atReplica.run('REPLICAOF', '127.0.0.1', '1');
    for (const data of ['lost 1', 'lost 2']) await publish(data);
    await expect.poll(() => subscriber.data.at(-1), within).toBe('lost 2');
    const ahead = subscriber.cursor;
    await master.kill();
    await promote();
    expect(await replicated()).toBe(false);
    await publish('after');
    await expect.poll(() => subscriber.data.at(-1), within).toBe('after');
    expect(subscriber.data).toEqual(['both have it', 'lost 1', 'lost 2', 'after']);
    expect(subscriber.types.filter((type) => type === 'eventwire:gap')).toHaveLength(1);
    const back = new ListSubscriber(ahead);
    channel.subscribe(back);
    await expect.poll(() => back.types, within).toEqual(['eventwire:gap', 'message']);
    expect(back.data).toEqual(['after']);
  });

  it('a master that is made a replica refuses what is published, as not written, and serves its followers', async () => {
    const { replica, atMaster, atReplica, channel, subscriber } = await startPair(open);
    await channel.publish('before');
    await expect.poll(() => atReplica.run('XLEN', 'events'), within).toBe(1);
    await atReplica.run('REPLICAOF', 'NO', 'ONE');
    await atMaster.run('REPLICAOF', '127.0.0.1', String(replica.port));
    await expect
      .poll(async () => String(await atMaster.run('INFO', 'replication')).includes('link_status:up'), within)
      .toBe(true);
    // On a machine that is busy the last attempt of all may get no answer in time, so that nothing is known.
    const outcome = () => channel.publish('refused').catch((error) => error.outcome);
    await expect.poll(outcome, within).toBe('not-written');
    // Published where it is right to, and followed where it arrives.
    await using elsewhere = await open(replica.url);
    const log = createRedisLog({ client: elsewhere.client, key: 'events' });
    await log.append('elsewhere');
    await expect.poll(() => subscriber.data, within).toEqual(['before', 'elsewhere']);
    expect(subscriber.types).not.toContain('eventwire:gap');
    await log[Symbol.asyncDispose]();
  });
});
