import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { serve } from '../support/listen';
import { History } from './history';
import type { Peer } from './server';

export async function startHono(): Promise<Peer> {
  const history = new History();
  const app = new Hono();
  app.get('/events', (context) =>
    streamSSE(context, async (stream) => {
      const left = new AbortController();
      stream.onAbort(() => left.abort());
      const lastEventId = context.req.header('last-event-id') ?? '';
      for await (const { id, text } of history.follow(lastEventId, left.signal)) {
        await stream.writeSSE({ id, data: text });
      }
    }),
  );
  const server = await serve(getRequestListener(app.fetch));
  return {
    port: server.port,
    path: '/events',
    publish: async (text) => void history.add(text),
    textOf: (data) => data,
    [Symbol.asyncDispose]: server[Symbol.asyncDispose],
  };
}
