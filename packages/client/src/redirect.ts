import { ConnectionError } from './connection-error';
import type { RedirectPolicy } from './options';
import type { StreamInit } from './request';
import { isStream, publicUrl } from './request-parts';

/** As many as the Fetch standard allows. */
const MAX_REDIRECTS = 20;

type Hop = { readonly url: URL; readonly init: StreamInit };

/** Where a response redirects to, or undefined. [spec] Fetch: "A redirect status is a status that is 301, 302, 303, 307, or 308." */
export function locationOf({ status, headers }: Response): string | null {
  return /^30[12378]$/.test(String(status)) ? headers.get('location') : null;
}

/**
 * The next request, by the Fetch standard's HTTP-redirect fetch; but only `'forward'` takes more than `Accept` to another origin.
 *
 * @throws ConnectionError REDIRECT
 */
export function redirected(
  { url: from, init }: Hop,
  status: number,
  location: string,
  hops: number,
  policy: RedirectPolicy | ((to: URL, from: URL) => RedirectPolicy),
): Hop {
  const fail = (reason: string) =>
    new ConnectionError('REDIRECT', `${publicUrl(from)} redirects: ${reason}`, { status });
  let url: URL;
  try {
    url = new URL(location, from);
  } catch {
    throw fail('its Location is not valid');
  }
  const how = typeof policy === 'function' ? policy(new URL(url), new URL(from)) : policy;
  const { method = 'GET', body, ...rest } = init;
  // [spec] "If internalResponse's status is 301 or 302 and request's method is `POST`"; "303 and request's method
  // is not `GET` or `HEAD`": "set request's method to `GET` and request's body to null".
  const asGet = status === 303 ? !/^(GET|HEAD)$/i.test(method) : status < 303 && /^post$/i.test(method);
  if (how === 'error') throw fail('the option redirect forbids it');
  if (hops >= MAX_REDIRECTS) throw fail(`more than ${MAX_REDIRECTS} times`);
  // [spec] "If locationURL's scheme is not an HTTP(S) scheme, then return a network error."
  if (!/^https?:$/.test(url.protocol)) throw fail(`to ${url.protocol}`);
  if (url.username || url.password) throw fail('to a URL with credentials');
  const next: StreamInit = { ...rest, headers: new Headers(init.headers) };
  const keep = url.origin === from.origin || how === 'forward';
  if (!keep) {
    const accept = init.headers.get('accept') ?? '';
    next.headers = new Headers({ accept });
  }
  if (asGet) {
    // [spec] "For each headerName of request-body-header name, delete headerName from request's header list."
    for (const name of ['encoding', 'language', 'location', 'type', 'length'])
      next.headers.delete(`content-${name}`);
  } else {
    if (method !== 'GET') next.method = method;
    if (keep && body) {
      // [spec] "If ... request's body's source is null, then return a network error."
      if (isStream(body)) throw fail('a body that is a stream cannot be sent again');
      next.body = body;
    }
  }
  return { url, init: next };
}
