import type { Config } from '../check-options';
import { ConnectionError } from '../errors';
import { reasonOf } from '../user-callbacks';
import type { StreamInit } from './build-request';
import { isStream, publicUrl, resolveUrl } from './request-parts';

/** As many as the Fetch standard allows. */
const MAX_REDIRECTS = 20;

const FORBIDDEN = 'the option redirect forbids it';

/**
 * Fetches, and follows redirections by the Fetch standard's HTTP-redirect fetch; but only `'forward'` takes more than
 * `Accept` to another origin. No error of a fetch changes that: one that refuses `redirect: 'manual'` gets no other
 * request.
 *
 * @param fetch gives a response of this attempt, or throws
 * @param onHop called before each redirection is followed
 * @throws ConnectionError REDIRECT
 */
export const fetchFollowing = async (
  config: Config,
  fetch: (url: URL, init: StreamInit) => Promise<Response>,
  url: URL,
  init: StreamInit,
  onHop: (url: URL, status: number) => void,
): Promise<Response> => {
  const { redirect } = config;
  for (let hops = 0; ; hops++) {
    const from = url;
    const response = await fetch(from, init);
    const { status, type } = response;
    const check = (ok: unknown, reason: string) => {
      if (!ok) throw new ConnectionError('REDIRECT', `${publicUrl(from)} redirects: ${reason}`, { status });
    };
    if (type === 'opaqueredirect') {
      // A browser does not say where a redirection leads: the rest is up to its own rules.
      check(redirect !== 'error', FORBIDDEN);
      config.manualRedirect = false;
      delete init.redirect;
      return fetch(from, init);
    }
    // [spec] Fetch: "A redirect status is a status that is 301, 302, 303, 307, or 308."
    const location = init.redirect && /^30[12378]$/.test(`${status}`) && response.headers.get('location');
    if (!location) return response;
    try {
      url = resolveUrl(location, from.href);
    } catch (cause) {
      check(false, reasonOf(cause));
    }
    const how = typeof redirect === 'function' ? await redirect(new URL(url), new URL(from)) : redirect;
    check(how !== 'error', FORBIDDEN);
    check(hops < MAX_REDIRECTS, `more than ${MAX_REDIRECTS} times`);
    // [spec] "If locationURL's scheme is not an HTTP(S) scheme, then return a network error."
    check(/^https?:$/.test(url.protocol), `to ${url.protocol}`);
    const keep = url.origin === from.origin || how === 'forward';
    const { method = 'GET', headers } = init;
    init = { ...init, headers: new Headers(keep ? headers : { accept: headers.get('accept') ?? '' }) };
    if (!keep) delete init.body;
    // [spec] "If internalResponse's status is 301 or 302 and request's method is `POST`"; "303 and request's method
    // is not `GET` or `HEAD`": "set request's method to `GET` and request's body to null".
    if (/^30([12] post$|3 (?!(get|head)$))/i.test(`${status} ${method}`)) {
      delete init.method;
      delete init.body;
      // [spec] "For each headerName of request-body-header name, delete headerName from request's header list."
      for (const name of ['encoding', 'language', 'location', 'type', 'length'])
        init.headers.delete(`content-${name}`);
    }
    // [spec] "If ... request's body's source is null, then return a network error."
    check(!isStream(init.body), 'a stream cannot be sent again');
    onHop(url, status);
  }
};
