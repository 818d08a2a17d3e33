import { connect } from '@eventwire/client';
import { createRedisLog } from '@eventwire/redis';
import { createChannel, eventStreamHandler } from '@eventwire/server-node';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../support/listen';
import { clients, type TestClient } from '../support/redis-clients';
import { type RedisServer, startRedis } from '../support/redis-server';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server?.[Symbol.asyncDispose]());

describe.each(Object.entries(clients))('with %s', (name, open) => {
  let redis: TestClient;
  beforeAll(async () => {
    redis = await open(server.url);
  });
  afterAll(() => redis?.[Symbol.asyncDispose]());
  const openLog = (key: string) => {
    const errors: unknown[] = [];
    const log = createRedisLog({ client: redis.client, key, onError: (error) => errors.push(error) });
    onTestFinished(() => log[Symbol.asyncDispose]());
    return { log, errors };
  };

  it('an event of a type that is Eventwire’s own is not added', async () => {
    const { log } = openLog(`${name}:reserved`);
    const start = await log.lastId();
    await expect(log.append({ type: 'eventwire:end', data: '{}' })).rejects.toMatchObject({
      code: 'RESERVED_TYPE',
    });
    expect(await log.read(start, { limit: 9 })).toEqual({ events: [], gap: false });
  });

  it('clients are neither ended nor told of a gap by an entry that somebody else has put there', async () => {
    const key = `${name}:forged`;
    const { log, errors } = openLog(key);
    const channel = createChannel({ log });
    await using http = await serve(eventStreamHandler((stream) => channel.subscribe(stream)));
    const start = await log.lastId();
    await log.append('1');
    const forge = (event: unknown) => redis.run('XADD', key, '*', 'event', JSON.stringify(event));
    const forgeries = [
      ...['end', 'gap', 'cursor', 'lagged'].map((type) => ({ type: `eventwire:${type}`, data: '{}' })),
      ...[null, 7, [1], { data: 5 }, { type: 'a\nb' }],
    ];
    for (const forgery of forgeries.slice(0, 5)) await forge(forgery);
    const gaps: unknown[] = [];
    const seen = ['replayed', 'twice'].map(() => {
      const data: string[] = [];
      const stream = connect(http.url, {
        lastEventId: start,
        onGap: (gap) => void gaps.push(gap),
        onEvent: (event) => void data.push(event.data),
      });
      onTestFinished(() => stream.close());
      return data;
    });
    await expect.poll(() => seen).toEqual([['1'], ['1']]);
    for (const forgery of forgeries.slice(5)) await forge(forgery);
    await channel.publish('2');
    await expect
      .poll(() => seen)
      .toEqual([
        ['1', '2'],
        ['1', '2'],
      ]);
    expect(gaps).toEqual([]);
    // Each is told once, however many have read it.
    expect(errors.map((error) => (error as { code: unknown }).code)).toEqual(
      forgeries.map(() => 'UNEXPECTED_REPLY'),
    );
    await channel.close();
  });

  it('a key that holds something else is refused at once, by name, whatever is asked for', async () => {
    const key = `${name}:a list`;
    await redis.run('LPUSH', key, 'x');
    const { log } = openLog(key);
    const began = performance.now();
    const attempts: (() => Promise<unknown>)[] = [
      async () => log.append('x'),
      async () => log.lastId(),
      () => log.read('', { limit: 1 }),
      () => log.follow('', () => {}, new AbortController().signal),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({
        name: 'RedisLogError',
        code: 'UNEXPECTED_REPLY',
        message: expect.stringContaining(`"${key}"`),
      });
    }
    // Not tried again until the timeout of 5 s.
    expect(performance.now() - began).toBeLessThan(4000);
    await redis.run('DEL', key);
    expect(await log.append('x')).toMatchObject({ event: { data: 'x' } });
  });
});
