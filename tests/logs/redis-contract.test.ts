import { createRedisLog } from '@eventwire/redis';
import { describeEventLog } from '@eventwire/testing/event-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients, type TestClient } from '../support/redis-clients';
import { type RedisServer, startRedis } from '../support/redis-server';

let server: RedisServer;
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
