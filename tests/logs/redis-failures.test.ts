import { createRedisLog } from '@eventwire/redis';
import { type Channel, createChannel } from '@eventwire/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ListSubscriber } from '../support/list-subscriber';
import { clients } from '../support/redis-clients';
import { type RedisServer, startRedis } from '../support/redis-server';

const within = { timeout: 20_000, interval: 20 };

/** One process's channel on a key that others use too. */
async function openChannel(open: (typeof clients)[string], { url }: RedisServer, key = 'events') {
  const redis = await open(url);
  const errors: unknown[] = [];
  const log = createRedisLog({
    client: redis.client,
    key,
    commandTimeout: 500,
    onError: (error) => errors.push(error),
  });
  const channel = createChannel({ log, onError: (error) => errors.push(error) });
  onTestFinished(async () => {
    await channel.close();
    await log[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });
  return { channel, log, errors, redis };
}

function join(channel: Channel, lastEventId = ''): ListSubscriber {
  const subscriber = new ListSubscriber(lastEventId);
  channel.subscribe(subscriber);
  return subscriber;
}

/** Again and again until Redis takes it. */
async function publish(channel: Channel, data: string): Promise<string> {
  for (;;) {
    try {
      return await channel.publish(data);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

describe.each(Object.entries(clients))('with %s', (_, open) => {
  it('shares one channel among processes: published on any, delivered on all, in one order, resumed on any', async () => {
    await using server = await startRedis();
    const [a, b, c] = await Promise.all([1, 2, 3].map(() => openChannel(open, server)));
    if (!a || !b || !c) throw new Error('three channels');
    const start = await a.log.lastId();
    const subscribers = [a, b, c].map(({ channel }) => join(channel, start));
    await Promise.all(
      [a, b, c].flatMap(({ channel }, of) =>
        Array.from({ length: 50 }, (_, n) => channel.publish(`${of}.${n}`)),
      ),
    );
    for (const subscriber of subscribers) {
      await expect.poll(() => subscriber.data.length, within).toBe(150);
      expect(subscriber.data).toEqual(subscribers[0]?.data);
      expect(subscriber.types).not.toContain('eventwire:gap');
    }
    const place = subscribers[0]?.events[99];
    const back = join(c.channel, place?.lastEventId);
    await expect.poll(() => back.data, within).toEqual(subscribers[0]?.data.slice(100));
  });

  it('goes on behind a Redis that comes back with its data: publishers hear of it, subscribers lose nothing', async () => {
    await using server = await startRedis('--appendonly', 'yes', '--appendfsync', 'always');
    const { channel, errors } = await openChannel(open, server);
    const subscriber = join(channel);
    await expect.poll(() => subscriber.types, within).toEqual(['eventwire:cursor']);
    await channel.publish('before');
    await expect.poll(() => subscriber.data, within).toEqual(['before']);
    await server.kill();
    await expect(channel.publish('meanwhile')).rejects.toMatchObject({
      name: 'RedisLogError',
      code: expect.stringMatching(/^(UNAVAILABLE|TIMEOUT)$/),
    });
    await server.start();
    await publish(channel, 'after');
    await expect.poll(() => subscriber.data.at(-1), within).toBe('after');
    expect(subscriber.signal.aborted).toBe(false);
    expect(subscriber.types).not.toContain('eventwire:gap');
    expect(errors.length).toBeGreaterThan(0);
    // What was refused may have been sent before the client knew, but nothing is there twice, or was not published.
    const meanwhile = subscriber.data.slice(1, -1);
    expect(['', 'meanwhile']).toContain(meanwhile.join());
    expect(subscriber.data[0]).toBe('before');
  });

  it('reports a gap behind a Redis that has lost its memory, and invents nothing', async () => {
    await using server = await startRedis();
    const { channel } = await openChannel(open, server);
    const subscriber = join(channel);
    await expect.poll(() => subscriber.types, within).toEqual(['eventwire:cursor']);
    const before = await channel.publish('before');
    await expect.poll(() => subscriber.data, within).toEqual(['before']);
    await server.kill();
    await server.start();
    const after = await publish(channel, 'after');
    expect(after.split('.')[0]).not.toBe(before.split('.')[0]);
    await expect.poll(() => subscriber.data, within).toEqual(['before', 'after']);
    expect(subscriber.types).toEqual(['eventwire:cursor', 'message', 'eventwire:gap', 'message']);
    const back = join(channel, before);
    await expect.poll(() => back.types, within).toEqual(['eventwire:gap', 'message']);
  });

  it('reports a gap to a client that comes back to a stream that was trimmed or deleted', async () => {
    await using server = await startRedis();
    const { channel, redis } = await openChannel(open, server);
    const first = await channel.publish('1');
    for (const data of ['2', '3']) await channel.publish(data);
    await redis.run('XTRIM', 'events', 'MAXLEN', '1');
    const trimmed = join(channel, first);
    await expect.poll(() => trimmed.data, within).toEqual(['3']);
    expect(trimmed.types).toEqual(['eventwire:gap', 'message']);
    // A cut between the gap and the events behind it: the gap is not told again, and nothing is left out.
    const cut = join(channel, trimmed.events[0]?.lastEventId);
    await expect.poll(() => cut.types, within).toEqual(['message']);
    await redis.run('DEL', 'events', 'events:epoch');
    const deleted = join(channel, first);
    await expect.poll(() => deleted.types, within).toEqual(['eventwire:gap']);
  });

  it('does not take the ids of a deleted stream for those of the next one, though the epoch was kept', async () => {
    await using server = await startRedis();
    const { log, redis } = await openChannel(open, server);
    const start = await log.lastId();
    // Nothing was there: still the same log, and its start is a good place.
    expect(await log.read(start, { limit: 10 })).toEqual({ events: [], gap: false });
    const { id } = await log.append('1');
    expect(await log.read(start, { limit: 10 })).toMatchObject({ events: [{ id }], gap: false });
    await redis.run('DEL', 'events');
    for (const after of [start, id]) {
      expect(await log.read(after, { limit: 10 })).toEqual({ events: [], gap: true });
    }
    await redis.run('DEL', 'events');
    const next = await log.append('2');
    for (const after of [start, id]) {
      expect(await log.read(after, { limit: 10 })).toMatchObject({ events: [{ id: next.id }], gap: true });
    }
  });

  it('gives no client twice what it has had, if an event was deleted or the newest were lost', async () => {
    await using server = await startRedis();
    const { channel, redis } = await openChannel(open, server);
    const subscriber = join(channel);
    await expect.poll(() => subscriber.types, within).toEqual(['eventwire:cursor']);
    for (const data of ['1', '2', '3']) await channel.publish(data);
    for (const key of ['events', 'events:epoch']) await redis.run('COPY', key, `${key} as it was`);
    for (const data of ['4', '5', '6']) await channel.publish(data);
    await expect.poll(() => subscriber.data.at(-1), within).toBe('6');

    const [four = '', five = ''] = ['4', '5'].map(
      (wanted) => subscriber.events.find(({ data }) => data === wanted)?.lastEventId,
    );
    await redis.run('XDEL', 'events', four.split('.')[1] ?? '', five.split('.')[1] ?? '');
    // Of another process, since this one still has them in memory.
    const other = await openChannel(open, server);
    const deleted = join(other.channel, four);
    await expect.poll(() => deleted.types, within).toEqual(['eventwire:gap', 'message']);
    expect(deleted.data).toEqual(['6']);

    // As by a failover to a replica that had not yet got the last ones.
    for (const key of ['events:epoch', 'events']) await redis.run('COPY', `${key} as it was`, key, 'REPLACE');
    const ahead = join(other.channel, subscriber.events.at(-1)?.lastEventId);
    await expect.poll(() => ahead.types, within).toEqual(['eventwire:gap']);
    expect(JSON.parse(ahead.events[0]?.data ?? '')).toMatchObject({ oldest: null });
    await channel.publish('7');
    await expect.poll(() => ahead.data, within).toEqual(['7']);
    await expect.poll(() => subscriber.data, within).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(subscriber.types.filter((type) => type !== 'message')).toEqual([
      'eventwire:cursor',
      'eventwire:gap',
    ]);
  });

  it('reports a gap behind a Redis that was emptied under its connections', async () => {
    await using server = await startRedis();
    const { channel, redis } = await openChannel(open, server);
    const subscriber = join(channel);
    await channel.publish('before');
    await expect.poll(() => subscriber.data, within).toEqual(['before']);
    await redis.run('FLUSHALL');
    await channel.publish('after');
    await expect.poll(() => subscriber.data, within).toEqual(['before', 'after']);
    expect(subscriber.types.filter((type) => type !== 'message')).toEqual([
      'eventwire:cursor',
      'eventwire:gap',
    ]);
  });

  it('can be disposed of while Redis is away, whatever it waits for', async () => {
    await using server = await startRedis();
    const { log, errors } = await openChannel(open, server);
    const following = new AbortController();
    await log.follow(await log.lastId(), () => {}, following.signal);
    await server.kill();
    // It tries to open another connection, again and again.
    await expect.poll(() => errors.join().split('ECONNREFUSED').length, within).toBeGreaterThan(12);
    await log[Symbol.asyncDispose]();
    const told = errors.length;
    await server.start();
    await using redis = await open(server.url);
    expect(await redis.run('PING')).toBe('PONG');
    expect(String(await redis.run('CLIENT', 'LIST')).match(/cmd=xread/g)).toBeNull();
    expect(errors.slice(told)).toEqual([]);
  });

  it('passes over what somebody else has put into the stream, and says so', async () => {
    await using server = await startRedis();
    const { channel, redis, errors } = await openChannel(open, server);
    const first = await channel.publish('1');
    await redis.run('XADD', 'events', '*', 'not', 'ours');
    await channel.publish('2');
    const back = join(channel, first);
    await expect.poll(() => back.data, within).toEqual(['2']);
    expect(errors).toContainEqual(expect.objectContaining({ code: 'UNEXPECTED_REPLY' }));
  });
});
