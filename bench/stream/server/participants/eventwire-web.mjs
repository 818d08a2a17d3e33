import { streamEvents } from '@eventwire/server-web';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { listen } from '../../../src/listen.mjs';
import { asked } from '../workloads.mjs';
import { body } from './eventwire-body.mjs';

export function start() {
  const app = new Hono();
  app.get('/', (c) => streamEvents(c.req.raw, (stream, { url }) => body(stream, asked(url))));
  return listen(/** @type {import('node:http').Server} */ (createAdaptorServer(app)));
}
