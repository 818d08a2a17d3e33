import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Change, relayStream } from './relay-stream';

/** Answers with what the origin answers. The paths and queries are the origin's. */
export function relayHandler(origin: string, change: Change) {
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const left = new AbortController();
    res.on('close', () => left.abort());
    const { signal } = left;
    try {
      const headers = new Headers({ accept: 'text/event-stream' });
      for (const name of ['last-event-id', 'authorization', 'cookie']) {
        const value = req.headers[name];
        if (typeof value === 'string') headers.set(name, value);
      }
      const answer = await fetch(new URL(req.url ?? '/', origin), { headers, signal, redirect: 'manual' });
      const isStream =
        answer.status === 200 && /^text\/event-stream\b/i.test(answer.headers.get('content-type') ?? '');

      // A 204 says "do not come back", a 503 says when to: what is no stream goes through as it is.
      res.statusCode = answer.status;
      for (const name of ['content-type', 'retry-after', 'location', 'set-cookie', 'www-authenticate']) {
        const value = answer.headers.get(name);
        if (value !== null)
          res.setHeader(name, name === 'set-cookie' ? answer.headers.getSetCookie() : value);
      }
      res.setHeader('cache-control', 'no-store, no-transform');
      res.setHeader('x-accel-buffering', 'no');
      res.flushHeaders();

      const body = isStream ? answer.body?.pipeThrough(relayStream(change)) : answer.body;
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
