import { eventStreamHandler } from '@eventwire/server-node';
import { Redis } from 'ioredis';

/** A connection of its own, since one that listens takes no other commands. */
export const redis = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379');
await redis.subscribe('news');

export const news = eventStreamHandler((stream) => {
  const send = (_channel: string, message: string) => stream.sendEvent(message);
  redis.on('message', send);
  void stream.closed.then(() => redis.off('message', send));
});
