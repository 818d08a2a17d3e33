import { eventStreamHandler } from '@eventwire/server-node';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { serve } from '../support/listen';
import { openStream } from '../support/open-stream';
import { type RedisServer, startRedis } from '../support/redis-server';

type Send = (message: string) => unknown;

/** A Redis client that listens, as its users see it. */
interface Listener extends AsyncDisposable {
  subscribe(channel: string, send: Send): Promise<unknown>;
}

const listeners: Record<string, (url: string) => Promise<Listener>> = {
  async 'node-redis'(url) {
    const client = createClient({ url });
    await client.connect();
    return {
      subscribe: (channel, send) => client.subscribe(channel, (message) => void send(message)),
      [Symbol.asyncDispose]: async () => client.destroy(),
    };
  },
  async ioredis(url) {
    const client = new Redis(url);
    return {
      subscribe(channel, send) {
        client.on('message', (_channel, message) => send(message));
        return client.subscribe(channel);
      },
      [Symbol.asyncDispose]: async () => client.disconnect(),
    };
  },
};

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

describe.each(Object.entries(listeners))(
  "messages of Redis, by %s's subscribe in a callback",
  (_name, listen) => {
    it('are sent by a callback that gives nothing', async () => {
      await using redis = await listen(server.url);
      await using http = await serve(
        eventStreamHandler((stream) => {
          redis.subscribe('news', (message) => stream.sendEvent(message));
        }),
      );
      const stream = await openStream(http.url);
      await publish('one');
      await stream.until('data: one\n\n');
      await publish('two');
      await stream.until('data: two\n\n');
    });

    it('are sent by an async callback that awaits the end of the stream', async () => {
      await using redis = await listen(server.url);
      await using http = await serve(
        eventStreamHandler(async (stream) => {
          await redis.subscribe('news', (message) => stream.sendEvent(message));
          await stream.closed;
        }),
      );
      const stream = await openStream(http.url);
      await publish('one');
      await stream.until('data: one\n\n');
    });

    it('are too late for an async callback that has ended, which is said once with the way out', async () => {
      await using redis = await listen(server.url);
      const onError = vi.fn();
      await using http = await serve(
        eventStreamHandler(
          async (stream) => {
            await redis.subscribe('news', (message) => stream.sendEvent(message));
          },
          { onError },
        ),
      );
      const stream = await openStream(http.url);
      expect(await stream.ended).toBe('whole');
      await publish('one');
      await expect.poll(() => onError.mock.calls.length).toBe(1);
      await publish('two');
      await publisher.ping();
      expect(onError.mock.calls).toEqual([
        [expect.objectContaining({ message: expect.stringContaining('await stream.closed') })],
      ]);
    });
  },
);

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
