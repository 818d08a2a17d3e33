import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { eventStreamHandler } from '@eventwire/server-node';
import Koa from 'koa';
import { type Framework, running } from './route';

export const koaApp: Framework = (routes) => {
  const app = new Koa();
  app.on('error', (error: NodeJS.ErrnoException) => {
    // A client that has left; without a listener Koa prints it.
    if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') console.error(error);
  });
  app.use(async (ctx, next) => {
    ctx.set('X-Before', 'kept');
    await next();
  });
  for (const { path, callback, init } of routes) {
    app.use(async (ctx, next) => {
      if (ctx.path !== path) return next();
      const body = ctx.method === 'POST' ? await json(ctx.req) : undefined;
      ctx.respond = false;
      await eventStreamHandler((stream) => callback(stream, body), init)(ctx.req, ctx.res);
    });
  }
  app.use((ctx) => {
    ctx.body = 'plain';
  });
  return running(createServer(app.callback()));
};
