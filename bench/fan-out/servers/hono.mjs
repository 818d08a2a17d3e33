import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { listen } from '../../src/listen.mjs';

export async function start() {
  /** @type {Set<import('hono/streaming').SSEStreamingApi>} */
  const open = new Set();
  /** @type {Hono<{ Bindings: import('@hono/node-server').HttpBindings }>} */
  const app = new Hono();
  app.get('/', (c) =>
    streamSSE(c, async (stream) => {
      // So that the head goes out: the adapter waits for a first chunk.
      await stream.write(': open\n\n');
      // Each write that waits for room adds one: the warnings would cost more than the writes.
      c.env.outgoing.setMaxListeners(0);
      open.add(stream);
      await new Promise((resolve) => stream.onAbort(() => resolve(open.delete(stream))));
    }),
  );
  const server = /** @type {import('node:http').Server} */ (createAdaptorServer(app));
  return {
    port: await listen(server),
    publish(/** @type {string} */ data) {
      for (const stream of open) stream.writeSSE({ data });
    },
  };
}
