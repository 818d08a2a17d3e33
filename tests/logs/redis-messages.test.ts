import { eventStreamHandler } from '@eventwire/server-node';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { serve } from '../support/listen';
import { openStream } from '../support/open-stream';
import { type RedisServer, startRedis } from '../support/redis-server';

type Send = (message: string) => unknown;

/** One subscriber of `news`, by the client's own API for messages. */
interface Broker {
  subscribe(send: Send): unknown;
  publish(message: string): Promise<unknown>;
}

const brokers: Record<string, (url: string) => Promise<Broker>> = {
  async redis(url) {
    const subscriber = await createClient({ url }).connect();
    const publisher = await createClient({ url }).connect();
    onTestFinished(() => {
      subscriber.destroy();
      publisher.destroy();
    });
    return {
      subscribe: (send) => subscriber.subscribe('news', (message) => send(message)),
      publish: (message) => publisher.publish('news', message),
    };
  },
  async ioredis(url) {
    const subscriber = new Redis(url);
    const publisher = new Redis(url);
    onTestFinished(() => {
      subscriber.disconnect();
      publisher.disconnect();
    });
    return {
      async subscribe(send) {
        subscriber.on('message', (_channel, message) => send(message));
        await subscriber.subscribe('news');
      },
      publish: (message) => publisher.publish('news', message),
    };
  },
};

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.[Symbol.asyncDispose]());

describe.each(Object.keys(brokers))('Messages of %s become events', (name) => {
  async function listen(callback: (broker: Broker) => Parameters<typeof eventStreamHandler>[0]) {
    const broker = await (brokers[name] as (url: string) => Promise<Broker>)(redis.url);
    let subscribed = false;
    const onError = vi.fn();
    const watched: Broker = {
      ...broker,
      subscribe: async (send) => {
        await broker.subscribe(send);
        subscribed = true;
      },
    };
    const server = await serve(eventStreamHandler(callback(watched), { heartbeat: false, onError }));
    onTestFinished(() => server[Symbol.asyncDispose]());
    const client = await openStream(server.url);
    await vi.waitUntil(() => subscribed);
    return { client, broker, onError };
  }

  it('by a callback that subscribes and gives nothing', async () => {
    const { client, broker, onError } = await listen((messages) => (stream) => {
      messages.subscribe((message) => stream.sendEvent(message));
    });
    await broker.publish('one');
    await broker.publish('two');
    expect(await client.until('data: two\n\n')).toBe('data: one\n\ndata: two\n\n');
    expect(onError).not.toHaveBeenCalled();
  });

  it('by an async callback that awaits the end of the stream', async () => {
    const { client, broker, onError } = await listen((messages) => async (stream) => {
      await messages.subscribe((message) => stream.sendEvent(message));
      await stream.closed;
    });
    await broker.publish('one');
    expect(await client.until('data: one\n\n')).toBe('data: one\n\n');
    expect(onError).not.toHaveBeenCalled();
  });

  it('or else the callback is told once why not', async () => {
    const { client, broker, onError } = await listen((messages) => async (stream) => {
      await messages.subscribe((message) => stream.sendEvent(message));
    });
    expect(await client.ended).toBe('whole');
    await broker.publish('one');
    await broker.publish('two');
    await vi.waitUntil(() => onError.mock.calls.length > 0);
    await broker.publish('three');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        code: 'STREAM_CLOSED',
        message: expect.stringContaining('`await stream.closed`'),
      }),
    );
  });
});
