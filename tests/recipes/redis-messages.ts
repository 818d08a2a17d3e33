import { eventStreamHandler } from '@eventwire/server-node';
import { createClient } from 'redis';

/** A connection of its own, since one that listens takes no other commands. */
export const redis = createClient({ url: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379' });
await redis.connect();

export const news = eventStreamHandler((stream) => {
  const send = (message: string) => stream.sendEvent(message);
  void redis.subscribe('news', send);
  void stream.closed.then(() => redis.unsubscribe('news', send));
});
