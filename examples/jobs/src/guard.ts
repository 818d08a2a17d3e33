import type { IncomingMessage } from 'node:http';
import { HttpError } from './http';

/** The names under which the server on this port may be called: it listens on the loopback only. */
function allowedHosts(port: number): string[] {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  return [...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : [])];
}

/**
 * Refuses (403) what another page could send through the user's browser. A page whose own name was pointed at 127.0.0.1
 * comes with that name as Host; a page of another origin with its Origin, or with what Sec-Fetch-Site says of it.
 */
export function guard(req: IncomingMessage, port: number): void {
  const hosts = allowedHosts(port);
  const host = req.headers.host?.toLowerCase();
  if (host === undefined || !hosts.includes(host)) {
    throw new HttpError(403, 'HOST_REFUSED', `call this server by one of its own names: ${hosts.join(', ')}`);
  }
  const { origin } = req.headers;
  if (origin !== undefined && !hosts.some((name) => origin === `http://${name}`)) {
    throw new HttpError(
      403,
      'ORIGIN_REFUSED',
      'only the page that this server serves may call it from a browser',
    );
  }
  const site = req.headers['sec-fetch-site'];
  const followedLink = req.method === 'GET' && req.headers['sec-fetch-mode'] === 'navigate';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !followedLink) {
    throw new HttpError(
      403,
      'SITE_REFUSED',
      'only the page that this server serves may call it from a browser',
    );
  }
}
