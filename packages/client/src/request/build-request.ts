import type { Config } from '../config';
import type { ConnectContext } from '../contexts';
import { causedError } from '../errors';
import type { ConnectHeaders } from '../options';
import type { RequestBody } from '../web-types';
import { isPresent, isStream, readBody } from './body';
import { readHeaders, setDefaults } from './headers';
import { idAsHeader, idFits } from './last-event-id';
import { readMethod, sendsBody } from './method';
import { readUrl, withParameter } from './url';

/** The values of the options `url`, `method`, `headers` and `body` for one attempt. */
interface RequestValues {
  readonly url: string | URL;
  readonly method: string;
  readonly headers?: ConnectHeaders | undefined;
  readonly body?: RequestBody | null | undefined;
}

/** The second argument of fetch. */
export interface FetchInit extends RequestInit {
  headers: Headers;
  duplex?: 'half';
}

/** One attempt's request. */
export interface AttemptRequest {
  /** Without the last event ID. */
  readonly url: URL;
  readonly target: URL;
  readonly init: FetchInit;
  /** Whether there is a last event ID that could not be sent. */
  readonly idDropped: boolean;
}

const isFunction = (value: unknown): value is (context: ConnectContext) => unknown =>
  typeof value === 'function';

/**
 * The values, where an option is a function by calling it. A promise only if there is a function, so that
 * without one fetch is called in the turn of `connect()` itself.
 */
export function requestValues(
  { url, method, headers, body }: Config,
  context: ConnectContext,
): RequestValues | Promise<RequestValues> {
  const options = Object.entries({ url, method, headers, body });
  if (!options.some(([, value]) => isFunction(value))) return Object.fromEntries(options) as never;
  const call = async ([name, value]: [string, unknown]) => {
    try {
      return [name, isFunction(value) ? await value(context) : value] as const;
    } catch (cause) {
      throw causedError('REQUEST_FUNCTION_FAILED', `The ${name} function failed`, cause);
    }
  };
  return Promise.all(options.map(call)).then((entries) => Object.fromEntries(entries) as never);
}

/**
 * Passes on to fetch only members that are needed or were set: some runtimes throw at any that they do not
 * know.
 */
export function buildRequest(
  { credentials, lastEventIdParam, manualRedirect, redirect }: Config,
  { lastEventId, signal }: ConnectContext,
  values: RequestValues,
): AttemptRequest {
  let url: URL;
  let method: string;
  let headers: Headers;
  let body: RequestBody | null | undefined;
  try {
    url = readUrl(values.url);
    method = readMethod(values.method);
    headers = readHeaders(values.headers);
    body = readBody(values.body);
  } catch (cause) {
    throw causedError('INVALID_REQUEST', 'The request cannot be sent', cause);
  }
  const isCustom = [...headers].length > 0;
  setDefaults(headers);

  let target = url;
  let idDropped = false;
  // [spec] "If the EventSource object's last event ID string is not the empty string"
  if (lastEventId) {
    const sent = lastEventIdParam ? idFits(lastEventId) : idAsHeader(lastEventId);
    if (!sent) idDropped = true;
    else if (lastEventIdParam) target = withParameter(url, lastEventIdParam, lastEventId);
    else headers.set('last-event-id', sent as string);
  }

  const init: FetchInit = { headers, signal };
  if (method !== 'GET') init.method = method;
  if (credentials) init.credentials = credentials;
  // A `method` function may change to one without.
  if (!sendsBody(method)) body = undefined;
  if (isPresent(body)) init.body = body as RequestBody;
  if (isStream(body)) init.duplex = 'half'; // fetch refuses a stream without it
  // In a page a redirection costs a second request. So fetch may follow there if there is nothing to protect.
  const isGuarded = isCustom || init.body || redirect || headers.has('last-event-id');
  if (manualRedirect && (isGuarded || !globalThis.location)) init.redirect = 'manual';
  return { url, target, init, idDropped };
}
