import { createRedisLog, type RedisLogOptions } from '@eventwire/redis';
import type { EventLog } from '@eventwire/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLosingProxy } from '../support/losing-proxy';
import { clients } from '../support/redis-clients';
import { type RedisServer, startRedis } from '../support/redis-server';

async function openLog(open: (typeof clients)[string], url: string, options?: Partial<RedisLogOptions>) {
  const redis = await open(url);
  const log = createRedisLog({ client: redis.client, key: 'events', onError: () => {}, ...options });
  onTestFinished(async () => {
    await log[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();
  });
  return { log, redis };
}

/** What the stream holds, as somebody else reads it. */
async function held(open: (typeof clients)[string], { url }: RedisServer) {
  await using redis = await open(url);
  const entries = (await redis.run('XRANGE', 'events', '-', '+')) as [string, unknown][];
  return entries.map(([id, fields]) => ({
    id,
    data: /"data":"(\w+)"/.exec(JSON.stringify(fields).replaceAll('\\', ''))?.[1],
  }));
}

/** Again and again, until Redis takes it. */
async function appendAtLast(log: EventLog, data: string): Promise<void> {
  for (;;) {
    try {
      return void (await log.append(data));
    } catch {}
  }
}

describe.each(Object.entries(clients))('with %s', (_, open) => {
  it('an append whose answer is lost is there once, with the id that the publisher gets', async () => {
    await using server = await startRedis();
    await using proxy = await createLosingProxy(server.port);
    const { log } = await openLog(open, `redis://127.0.0.1:${proxy.port}`);
    const data = ['first'];
    const ids = [(await log.append('first')).id];
    for (let round = 0; round < 5; round++) {
      const lost = proxy.loseAnAnswer();
      // Several under way at once, of which none, some or all have been added when the connection is cut.
      const burst = Array.from({ length: 4 }, (_, n) => `r${round}n${n}`);
      ids.push(...(await Promise.all(burst.map(async (one) => (await log.append(one)).id))));
      data.push(...burst);
      await lost;
    }
    const entries = await held(open, server);
    expect(entries.map((entry) => entry.data)).toEqual(data);
    expect(entries.map(({ id }) => id)).toEqual(ids.map((id) => id.split('.')[1]));
  });

  it('an event that could not be sent is surely not written, then or later', async () => {
    await using server = await startRedis('--appendonly', 'yes', '--appendfsync', 'always');
    const { log, redis } = await openLog(open, server.url, { commandTimeout: 300 });
    await log.append('before');
    await server.kill();
    // The client knows only once its socket is closed.
    await expect
      .poll(() => [(redis.client as { isReady?: unknown }).isReady, redis.client.status])
      .not.toContainEqual(expect.toBeOneOf([true, 'ready']));
    await expect(log.append('meanwhile')).rejects.toMatchObject({
      name: 'RedisLogError',
      code: 'UNAVAILABLE',
      outcome: 'not-written',
    });
    await server.start();
    await appendAtLast(log, 'after');
    expect(new Set((await held(open, server)).map(({ data }) => data))).toEqual(new Set(['before', 'after']));
  });

  it('an event that was sent and got no reply in time is said to be unknown', async () => {
    await using server = await startRedis();
    const { log } = await openLog(open, server.url, { commandTimeout: 300 });
    await log.append('before');
    server.pause();
    await expect(log.append('meanwhile')).rejects.toMatchObject({ code: 'TIMEOUT', outcome: 'unknown' });
    server.resume();
    await appendAtLast(log, 'after');
  });

  it('an event that is published again under its key is there once, by whichever process', async () => {
    await using server = await startRedis();
    const { log } = await openLog(open, server.url, { commandTimeout: 300 });
    const { log: another, redis } = await openLog(open, server.url);
    const order = { idempotencyKey: 'order 7' };
    await log.append('before');
    server.pause();
    await expect(log.append('meanwhile', order)).rejects.toMatchObject({ outcome: 'unknown' });
    server.resume();
    const { id } = await another.append('meanwhile', order);
    expect((await log.append('meanwhile', order)).id).toBe(id);
    expect((await held(open, server)).map(({ data }) => data)).toEqual(['before', 'meanwhile']);
    const hour = 60 * 60 * 1000;
    const ttl = Number(await redis.run('PTTL', 'events:key:order 7'));
    expect([ttl > hour - 60_000, ttl <= hour]).toEqual([true, true]);
    // What was deleted with its stream is no event that anybody could still get.
    await redis.run('DEL', 'events');
    expect((await log.append('meanwhile', order)).id).not.toBe(id);
    expect(await held(open, server)).toHaveLength(1);
  });

  it('the log remembers of a writer only what it has under way', async () => {
    await using server = await startRedis();
    const { log, redis } = await openLog(open, server.url);
    for (let n = 0; n < 50; n++) await Promise.all([log.append('x'), log.append('y'), log.append('z')]);
    const [key = '', ...others] = (await redis.run('KEYS', 'events:writer:*')) as string[];
    expect(others).toEqual([]);
    // The last three, and the number behind which it has forgotten.
    expect(await redis.run('ZCARD', key)).toBe(4);
    expect(Number(await redis.run('PTTL', key))).toBeGreaterThan(0);
  });
});
