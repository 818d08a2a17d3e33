import { createRedisLog } from '@eventwire/redis';
import { describeEventLog } from '@eventwire/testing/event-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients, type TestClient } from '../support/redis-clients';
import { type RedisServer, startRedis } from '../support/redis-server';

let server: RedisServer;
const openClient = clients.ioredis as (typeof clients)[string];
beforeAll(async () => {
  // Small nodes, so that the approximate trimming of small tests comes near to their limits.
  server = await startRedis('--stream-node-max-entries', '10');
});
afterAll(() => server?.[Symbol.asyncDispose]());

describe.each(Object.entries(clients))('with %s', (_, open) => {
  let redis: TestClient;
  let keys = 0;
  beforeAll(async () => {
    redis = await open(server.url);
  });
  afterAll(() => redis?.[Symbol.asyncDispose]());

  describeEventLog(
    'createRedisLog',
    ({ maxEvents }) => createRedisLog({ client: redis.client, key: `${_}:${keys++}`, maxEvents }),
    { describe, it, expect },
  );
});

describe('with an idPrefix', () => {
  let redis: TestClient;
  let keys = 0;
  beforeAll(async () => {
    redis = await openClient(server.url);
  });
  afterAll(() => redis?.[Symbol.asyncDispose]());
  const logOf = (key: string, idPrefix: string, maxEvents = 1000) =>
    createRedisLog({ client: redis.client, key, idPrefix, maxEvents });

  describeEventLog('createRedisLog', ({ maxEvents }) => logOf(`prefixed:${keys++}`, 'urn:x.1:', maxEvents), {
    describe,
    it,
    expect,
  });

  it('every id begins with it, the one before an event too, and to a log with another one it is unknown', async () => {
    await using log = logOf('prefixed', 'urn:x.1:');
    await using other = logOf('prefixed', 'urn:y:');
    const { id } = await log.append('x');
    const ids = [id, await log.lastId(), log.cursorBefore?.(id)];
    expect(ids.filter((id) => id?.startsWith('urn:x.1:'))).toEqual(ids);
    expect((await log.read(id, { limit: 1 })).gap).toBe(false);
    expect((await other.read(id, { limit: 1 })).gap).toBe(true);
  });
});

it('the ids that publishers chose leave Redis with their events', async () => {
  await using redis = await openClient(server.url);
  await using log = createRedisLog({ client: redis.client, key: 'leaving', maxEvents: 20 });
  for (let n = 0; n < 500; n++) await log.append('x', { wireId: `${n % 7}` });
  const held = await redis.run('XLEN', 'leaving');
  expect(await redis.run('ZCARD', 'leaving:wire-ids')).toBe(held);
  expect(await redis.run('LLEN', 'leaving:wire-order')).toBe(held);
});
