import { createRedisRunStore } from '@eventwire/redis';
import type { RunStore } from '@eventwire/server';
import { describeRunStore } from '@eventwire/testing/run-store';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSeed } from '../support/random';
import { clients, type TestClient } from '../support/redis-clients';
import { type RedisServer, startRedis } from '../support/redis-server';
import { commands, RunWorld } from './run-model';

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
        for (const command of list) {
          const { is, should } = await command.run(world);
          expect(is, command.name).toEqual(should);
        }
      }),
      { numRuns: 60, seed: runSeed },
    );
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
