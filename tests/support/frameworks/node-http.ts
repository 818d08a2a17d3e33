import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { eventStreamHandler } from '@eventwire/server-node';
import { type Framework, running } from './route';

/** No framework: what the others are compared with. */
export const nodeHttp: Framework = (routes) =>
  running(
    createServer(async (req, res) => {
      res.setHeader('X-Before', 'kept');
      const route = routes.find(({ path }) => path === req.url);
      if (!route) return void res.end('plain');
      const body = req.method === 'POST' ? await json(req) : undefined;
      await eventStreamHandler((stream) => route.callback(stream, body), route.init)(req, res);
    }),
  );
