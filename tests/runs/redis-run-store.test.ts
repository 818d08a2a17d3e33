import { createRedisRunStore } from '@eventwire/redis';
import type { RunStore } from '@eventwire/server';
import { describeRunStore } from '@eventwire/testing/run-store';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSeed } from '../support/random';
import { clients, type TestClient } from '../support/redis-clients';
import { type RedisServer, startRedis } from '../support/redis-server';
import { commands, play, RunWorld } from './run-model';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server?.[Symbol.asyncDispose]());

describe.each(Object.entries(clients))('with %s', (name, open) => {
  let redis: TestClient;
  let count = 0;
  beforeAll(async () => {
    redis = await open(server.url);
  });
  afterAll(() => redis?.[Symbol.asyncDispose]());

  const prefixes = new WeakMap<RunStore, string>();
  const storeOn = (prefix: string) => {
    const store = createRedisRunStore({ client: redis.client, prefix });
    prefixes.set(store, prefix);
    return store;
  };
  const another = () => storeOn(`${name}:${count++}`);
  const api = { describe, it, expect };
  describeRunStore(`createRedisRunStore with ${name}`, another, api, {
    other: (store) => storeOn(prefixes.get(store) ?? ''),
    reopen: async (store) => {
      await store[Symbol.asyncDispose]();
      return storeOn(prefixes.get(store) ?? '');
    },
  });

  it('a run does what the model does, in whichever process', async () => {
    await using store = another();
    await using other = storeOn(prefixes.get(store) ?? '');
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(commands(true), async (list) => {
        const run = `run ${runs++}`;
        let turn = 0;
        const world = new RunWorld({ log: () => (turn++ % 2 ? store : other).open(run) });
        await play(world, list);
      }),
      { numRuns: 60, seed: runSeed },
    );
  });

  it('a claim is told of the end of its run, and keeps no connection after it', async () => {
    await using store = another();
    const log = store.open('run');
    const claim = await log.claim({ lease: 60_000, ttl: 60_000 });
    const end = { outcome: 'done' } as const;
    await log.append({ type: 'eventwire:end', data: JSON.stringify(end) }, { term: claim?.term, end });
    const wake = `${prefixes.get(store)}:wake`;
    const news = async () => JSON.stringify(await redis.run('XRANGE', wake, '-', '+'));
    await expect.poll(news).toContain('run\\nclaim');
  });

  it.each(['state', 'claim', 'renew', 'append'] as const)(
    'whoever finds a run abandoned by %s() tells its readers',
    async (by) => {
      await using store = another();
      const log = store.open('run');
      const claim = { lease: 20, ttl: 60_000 };
      const given = await log.claim(claim);
      const wake = `${prefixes.get(store)}:wake`;
      const news = async () => JSON.stringify(await redis.run('XRANGE', wake, '-', '+'));
      expect(await news()).not.toContain('run\\nclaim');
      await new Promise((resolve) => setTimeout(resolve, 3 * claim.lease));
      if (by === 'state') expect(await log.state()).toMatchObject({ status: 'ended', outcome: 'abandoned' });
      if (by === 'claim') expect(await log.claim(claim)).toBeUndefined();
      const refused = { code: 'ENDED' };
      if (by === 'renew') await expect(given?.renew()).rejects.toMatchObject(refused);
      if (by === 'append')
        await expect(log.append('x', { term: given?.term })).rejects.toMatchObject(refused);
      await expect.poll(news).toContain('run\\nclaim');
    },
  );

  it('a claim that is given up says so if Redis does not answer', async () => {
    let isSilent = false;
    const client = new Proxy(redis.client, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const isCommand = name === 'call' || name === 'sendCommand';
        return isCommand && isSilent ? () => new Promise(() => {}) : value.bind(target);
      },
    });
    await using store = createRedisRunStore({ client, prefix: `${name}:${count++}`, commandTimeout: 300 });
    const claim = await store.open('run').claim({ lease: 60_000, ttl: 60_000 });
    isSilent = true;
    await expect(claim?.release()).rejects.toMatchObject({ code: 'TIMEOUT' });
    isSilent = false;
  });

  it('leaves no key without an expiry behind, but the one that wakes', async () => {
    await using store = another();
    const log = store.open('run');
    const claim = await log.claim({ lease: 60_000, ttl: 60_000 });
    await log.append('one', { term: claim?.term, idempotencyKey: 'k' });
    const prefix = prefixes.get(store) ?? '';
    const keys = (await redis.run('KEYS', `${prefix}:*`)) as string[];
    expect(keys.length).toBeGreaterThan(3);
    for (const key of keys.map(String)) {
      if (key.endsWith(':wake')) continue;
      expect(Number(await redis.run('PTTL', key)), key).toBeGreaterThan(0);
    }
    await claim?.release();
  });
});

it('a stop whose news are lost is heard while another run has news all the time', async () => {
  await using redis = await clients.ioredis(server.url);
  await using store = createRedisRunStore({ client: redis.client, prefix: 'lost' });
  const options = { lease: 60_000, ttl: 60_000 };
  const quiet = await store.open('quiet').claim(options);
  const busy = await store.open('busy').claim(options);
  await expect.poll(async () => String(await redis.run('CLIENT', 'LIST'))).toContain('cmd=xread');
  // As a process that died before it could tell.
  await redis.run('HSET', 'lost:{quiet}:epoch', 'stop', '"unheard"');
  while (!quiet?.stop.aborted) {
    await store.open('busy').append('a word', { term: busy?.term });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(quiet.stop.reason).toBe('unheard');
});

it('a claim that cannot wait for news is refused, and nobody goes on trying', async () => {
  await using redis = await clients.ioredis(server.url);
  let duplicates = 0;
  const client = new Proxy(redis.client, {
    get(target, name) {
      if (name === 'duplicate') {
        return () => {
          duplicates++;
          throw new Error('No connection is left');
        };
      }
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  await using store = createRedisRunStore({ client, prefix: 'unheard', onError: () => {} });
  const claim = store.open('run').claim({ lease: 60_000, ttl: 60_000 });
  await expect(claim).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  const tried = duplicates;
  // Longer than the pause before another attempt.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(duplicates).toBe(tried);
});
