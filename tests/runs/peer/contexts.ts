import { createRedisRunStore } from '@eventwire/redis';
import { createResumableStreamContext as createOurs } from '@eventwire/server/resumable-stream';
import { createRuns } from '@eventwire/server-node';
import { createClient } from 'redis';
import {
  createResumableStreamContext as createTheirs,
  type Publisher,
  type ResumableStreamContext,
  type Subscriber,
} from 'resumable-stream/generic';
import { streamOf } from '../../support/stream-of';

export const SIDES = ['resumable-stream', '@eventwire/server/resumable-stream'] as const;
export type Side = (typeof SIDES)[number];

/** What both have. */
export interface OpenContext extends AsyncDisposable {
  readonly context: ResumableStreamContext;
  /** The text of a stream that may have ended. Only of ours. */
  readonly readKept?: (id: string) => ReadableStream<string>;
}

export interface OpenOptions {
  url: string;
  /** Of all connections to Redis, so that they can be cut. */
  connectionName: string;
  /** Milliseconds. Only of ours. */
  lease: number;
}

export async function openContext(side: Side, options: OpenOptions): Promise<OpenContext> {
  const { url, connectionName, lease } = options;
  const client = createClient({ url, name: connectionName, socket: { reconnectStrategy: () => 50 } });
  client.on('error', () => {});
  await client.connect();
  if (side === 'resumable-stream') {
    const subscriber = client.duplicate();
    subscriber.on('error', () => {});
    await subscriber.connect();
    const clients = {
      publisher: client as unknown as Publisher,
      subscriber: subscriber as unknown as Subscriber,
    };
    return {
      context: createTheirs({ waitUntil: null, ...clients }),
      async [Symbol.asyncDispose]() {
        subscriber.destroy();
        client.destroy();
      },
    };
  }
  const store = createRedisRunStore({ client, onError: () => {} });
  const runs = createRuns({ store, lease, onError: () => {} });
  async function* kept(id: string) {
    for await (const { event } of runs.read(`resumable-stream/${id}`)) {
      const piece: string | null = JSON.parse(String(event.data));
      if (piece !== null) yield piece;
    }
  }
  return {
    context: createOurs({ runs, waitUntil: null }),
    readKept: (id) => streamOf(kept(id)),
    async [Symbol.asyncDispose]() {
      await runs.close();
      await store[Symbol.asyncDispose]();
      client.destroy();
    },
  };
}
