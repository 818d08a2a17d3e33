import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Change, relayStream } from './relay-stream';

/** Responds with what the origin responds. The paths and queries are the origin's. */
export function relayHandler(origin: string, change: Change) {
  const base = new URL(origin);
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = urlAtOrigin(req.url, base);
    if (url === undefined) return void res.writeHead(400).end();
    const { method } = req;
    if (method !== 'GET' && method !== 'HEAD') return void res.writeHead(405, { allow: 'GET, HEAD' }).end();

    const left = new AbortController();
    res.on('close', () => left.abort());
    const { signal } = left;
    try {
      const headers = new Headers({ accept: 'text/event-stream' });
      for (const name of ['last-event-id', 'authorization', 'cookie']) {
        const value = req.headers[name];
        if (typeof value === 'string') headers.set(name, value);
      }
      // A redirection is the client's to follow: these headers are not for another host.
      const response = await fetch(url, { method, headers, signal, redirect: 'manual' });
      const isStream =
        response.status === 200 && /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');

      // A 204 says "do not come back", a 503 says when to: what is no stream goes through as it is.
      res.statusCode = response.status;
      for (const name of ['content-type', 'retry-after', 'location', 'set-cookie', 'www-authenticate']) {
        const value = response.headers.get(name);
        if (value !== null)
          res.setHeader(name, name === 'set-cookie' ? response.headers.getSetCookie() : value);
      }
      res.setHeader('cache-control', 'no-store, no-transform');
      res.setHeader('x-accel-buffering', 'no');
      res.flushHeaders();

      const body = isStream ? response.body?.pipeThrough(relayStream(change)) : response.body;
      for await (const bytes of body ?? []) {
        // Nobody reads on at the origin until this client has.
        if (!res.write(bytes)) await once(res, 'drain', { signal });
      }
      res.end();
    } catch {
      // A stream that broke must not look like one that ended.
      if (res.headersSent) res.destroy();
      else res.writeHead(502).end();
    }
  };
}

/**
 * Where a request's target leads at the origin; undefined if the target is no path. `//host/`, `/\host/` and
 * `http://host/` name a host of their own: the relay would fetch whatever a client likes, with its cookies.
 */
function urlAtOrigin(target: string | undefined, base: URL): URL | undefined {
  if (target === undefined || !/^\/(?![/\\])/.test(target) || !URL.canParse(target, base)) return undefined;
  const url = new URL(target, base);
  // The parser of URLs skips tabs, so the look at the first two characters is not enough.
  return url.origin === base.origin ? url : undefined;
}
