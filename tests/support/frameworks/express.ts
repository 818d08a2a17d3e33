import { createServer } from 'node:http';
import { eventStreamHandler } from '@eventwire/server-node';
import compression from 'compression';
import express from 'express';
import { type Framework, running } from './route';

const expressWith = (prepare: (app: express.Express) => void): Framework => {
  return (routes) => {
    const app = express();
    prepare(app);
    app.use(express.json());
    app.use((_req, res, next) => {
      res.set('X-Before', 'kept');
      next();
    });
    for (const { path, callback, init } of routes) {
      app.all(
        path,
        eventStreamHandler((stream, req) => callback(stream, req.body), init),
      );
    }
    app.get('/plain', (_req, res) => void res.send('plain'));
    return running(createServer(app));
  };
};

export const expressAlone = expressWith(() => {});

/** As it is by default: it leaves alone what says `no-transform`. */
export const expressWithCompression = expressWith((app) => app.use(compression()));

/** With the streams compressed, as for who gives a `Cache-Control` without `no-transform`. */
export const expressCompressing = expressWith((app) => {
  app.use(compression({ filter: () => true, threshold: 0 }));
  app.use((_req, res, next) => {
    const { setHeader } = res;
    res.setHeader = (name, value) =>
      setHeader.call(res, name, name.toLowerCase() === 'cache-control' ? 'no-store' : value);
    next();
  });
});
