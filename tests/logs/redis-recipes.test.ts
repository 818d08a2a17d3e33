import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { serve } from '../support/listen';
import { openStream } from '../support/open-stream';
import { type RedisServer, startRedis } from '../support/redis-server';

let server: RedisServer;
let publisher: Redis;
beforeAll(async () => {
  server = await startRedis();
  publisher = new Redis(server.url);
});
afterAll(async () => {
  publisher.disconnect();
  await server[Symbol.asyncDispose]();
});

/** Publishes once somebody listens. */
const publish = (message: string) =>
  expect.poll(() => publisher.publish('news', message), { timeout: 15_000 }).toBe(1);

describe('the recipe', () => {
  it.each(['redis-messages', 'ioredis-messages'])(
    '%s sends messages until the client leaves',
    async (name) => {
      vi.stubEnv('REDIS_URL', server.url);
      const { redis, news } = await import(`../recipes/${name}.ts`);
      await using http = await serve(news);
      const stream = await openStream(http.url);
      await publish('one');
      await stream.until('data: one\n\n');
      stream.leave();
      await (name === 'redis-messages'
        ? expect.poll(() => publisher.publish('news', 'two'), { timeout: 15_000 }).toBe(0)
        : expect.poll(() => redis.listenerCount('message'), { timeout: 15_000 }).toBe(0));
      await (redis.destroy?.() ?? redis.disconnect());
    },
  );

  it('sends what an EventEmitter emits until the client leaves', async () => {
    const { orders, placedOrders } = await import('../recipes/emitter');
    await using http = await serve(placedOrders);
    const stream = await openStream(http.url);
    await expect.poll(() => orders.listenerCount('placed')).toBe(1);
    orders.emit('placed', { id: 7 });
    await stream.until('data: {"id":7}\n\n');
    stream.leave();
    await expect.poll(() => orders.listenerCount('placed'), { timeout: 15_000 }).toBe(0);
  });
});
