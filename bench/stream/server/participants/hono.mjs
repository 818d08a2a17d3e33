import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { listen } from '../../../src/listen.mjs';
import { asked, isSent, sendAll, source } from '../workloads.mjs';

export function start() {
  const app = new Hono();
  app.get('/', (c) =>
    streamSSE(c, async (stream) => {
      const { workload, events } = asked(c.req.url);
      if (isSent(workload)) return sendAll(workload, events, (data) => stream.writeSSE({ data }));
      for await (const data of source(workload, events)) await stream.writeSSE({ data });
    }),
  );
  return listen(/** @type {import('node:http').Server} */ (createAdaptorServer(app)));
}
