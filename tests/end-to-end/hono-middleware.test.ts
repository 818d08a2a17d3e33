import { eventStreamHandler } from '@eventwire/server-web';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { etag } from 'hono/etag';
import { secureHeaders } from 'hono/secure-headers';
import { expect, it, onTestFinished } from 'vitest';
import { openStream } from '../support/open-stream';

it.each([
  ['etag', etag()],
  ['compress', compress()],
  ['secureHeaders', secureHeaders()],
])('Hono’s %s passes each event on before the next is made', async (_name, middleware) => {
  let next = () => {};
  const app = new Hono();
  app.use(middleware);
  const handler = eventStreamHandler(async function* () {
    yield 'one';
    await new Promise<void>((resolve) => {
      next = resolve;
    });
    yield 'two';
  });
  app.get('/', (c) => handler(c.req.raw));
  const server = createAdaptorServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const client = await openStream(`http://127.0.0.1:${port}/`);
  await client.until('data: one\n\n');
  next();
  expect(await client.ended).toBe('whole');
  expect(client.text).toContain('data: one\n\ndata: two\n\n');
});
