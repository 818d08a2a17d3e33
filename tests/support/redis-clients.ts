import type { RedisClientLike } from '@eventwire/redis';
import { Redis } from 'ioredis';
import { createClient } from 'redis';

export interface TestClient extends AsyncDisposable {
  readonly client: RedisClientLike;
  run(...command: string[]): Promise<unknown>;
}

type Open = (url: string) => Promise<TestClient>;

/** The clients that users have, connected; their errors are the log's to report, not these tests'. */
export const clients: Record<string, Open> & { readonly ioredis: Open } = {
  async ioredis(url) {
    const client = new Redis(url, { retryStrategy: () => 50 });
    client.on('error', () => {});
    return {
      client,
      run: (name = '', ...args) => client.call(name, ...args),
      [Symbol.asyncDispose]: async () => client.disconnect(),
    };
  },
  'node-redis': (url) => nodeRedis(url, 2),
  'node-redis with RESP3': (url) => nodeRedis(url, 3),
};

async function nodeRedis(url: string, RESP: 2 | 3): Promise<TestClient> {
  const client = createClient({ url, RESP, socket: { reconnectStrategy: () => 50 } });
  client.on('error', () => {});
  await client.connect();
  return {
    client: client as unknown as RedisClientLike,
    run: (...command) => client.sendCommand(command),
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}
