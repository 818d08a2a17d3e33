import type { Config } from '../config';
import { ConnectionError } from '../errors';
import { isStream } from './body';
import type { FetchInit } from './build-request';
import { publicUrl, resolveUrl } from './url';

/** As many as the Fetch standard allows. */
const MAX_REDIRECTS = 20;

/** [spec] Fetch: "A redirect status is a status that is 301, 302, 303, 307, or 308." */
const REDIRECT_STATUSES = [301, 302, 303, 307, 308];

/**
 * [spec] Fetch: "For each headerName of request-body-header name, delete headerName from request's header
 * list."
 */
const BODY_HEADERS = ['encoding', 'language', 'location', 'type', 'length'].map((part) => `content-${part}`);

const FORBIDDEN = 'the option `redirect` forbids it';

/**
 * Whether the next request is a GET. [spec] Fetch: "internalResponse's status is 301 or 302 and request's
 * method is `POST`"; "internalResponse's status is 303 and request's method is not `GET` or `HEAD`".
 */
function becomesGet(status: number, method: string): boolean {
  const name = method.toUpperCase();
  return status === 303 ? name !== 'GET' && name !== 'HEAD' : status < 303 && name === 'POST';
}

/**
 * Fetches, and follows redirections by the Fetch standard's HTTP-redirect fetch; but only `'forward'` takes
 * more than `Accept` to another origin. No error of a fetch changes that: one that refuses `redirect:
 * 'manual'` gets no other request.
 *
 * @param fetch gives a response of this attempt, or throws
 * @param onHop called before each redirection is followed
 * @throws ConnectionError REDIRECT
 */
export const fetchFollowing = async (
  config: Config,
  fetch: (url: URL, init: FetchInit) => Promise<Response>,
  url: URL,
  init: FetchInit,
  onHop: (url: URL, status: number) => void,
): Promise<Response> => {
  const { redirect } = config;
  let from = url;
  for (let hops = 0; ; hops++) {
    const response = await fetch(from, init);
    const { status, type } = response;
    const refusal = (reason: string) =>
      new ConnectionError('REDIRECT', `${publicUrl(from)} redirects: ${reason}`, { status });
    if (type === 'opaqueredirect') {
      // A browser does not say where a redirection leads: the rest is up to its own rules.
      if (redirect === 'error') throw refusal(FORBIDDEN);
      config.manualRedirect = false;
      delete init.redirect;
      return fetch(from, init);
    }
    const location = init.redirect && REDIRECT_STATUSES.includes(status) && response.headers.get('location');
    if (!location) return response;
    // [spec] "If locationURL's scheme is not an HTTP(S) scheme, then return a network error."
    const to = resolveUrl(location, from.href);
    if (!to?.protocol.startsWith('http')) throw refusal('its location is no http(s) URL without credentials');
    const policy = typeof redirect === 'function' ? await redirect(new URL(to), new URL(from)) : redirect;
    if (policy === 'error') throw refusal(FORBIDDEN);
    if (hops >= MAX_REDIRECTS) throw refusal(`more than ${MAX_REDIRECTS} times`);
    const keep = to.origin === from.origin || policy === 'forward';
    const { method = 'GET', headers } = init;
    init = { ...init, headers: new Headers(keep ? headers : { accept: headers.get('accept') ?? '' }) };
    if (!keep) delete init.body;
    if (becomesGet(status, method)) {
      // [spec] "set request's method to `GET` and request's body to null"
      delete init.method;
      delete init.body;
      for (const name of BODY_HEADERS) init.headers.delete(name);
    }
    // [spec] "If ... request's body's source is null, then return a network error."
    if (isStream(init.body)) throw refusal('a stream cannot be sent again; use text or bytes as `body`');
    onHop(to, status);
    from = to;
  }
};
