import { command, type RedisClientLike } from './redis-client';

/** Ms for which one XREAD blocks. */
export const BLOCK = 5000;
/** Ms beyond that after which a connection that says nothing is given up. */
const PATIENCE = 5000;

/** Waits for entries of one stream behind `after`. Gives the reply to XREAD: nothing after a while without any. */
export async function blockingRead(
  connection: RedisClientLike,
  key: string,
  after: string,
  count: number,
): Promise<unknown> {
  const args = ['COUNT', String(count), 'BLOCK', String(BLOCK), 'STREAMS', key, after];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Redis does not answer any more')), BLOCK + PATIENCE);
  });
  try {
    return await Promise.race([command(connection, key, 'XREAD', ...args), silence]);
  } finally {
    clearTimeout(timer);
  }
}
