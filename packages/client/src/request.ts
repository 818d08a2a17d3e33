import type { Config } from './check-options';
import { ConnectionError } from './connection-error';
import { setDefaults } from './default-headers';
import { idAsHeader, idFits } from './last-event-id';
import type { ConnectContext } from './options';
import { checkBody, copyHeaders, isStream, resolveUrl, withParameter } from './request-parts';
import { isThenable, reasonOf } from './user-code';

/** What fetch gets. */
export interface StreamInit extends RequestInit {
  headers: Headers;
  duplex?: 'half';
}

/** One attempt's request. */
export interface StreamRequest {
  /** Without the last event ID. */
  readonly url: URL;
  readonly target: URL;
  readonly init: StreamInit;
  /** Whether there is a last event ID that could not be sent. */
  readonly idDropped: boolean;
}

type Parts = readonly [string | URL, Parameters<typeof copyHeaders>[0], BodyInit | null | undefined];

/** `url`, `headers` and `body`; their functions are called, and where there is no promise among the results there is none here. */
export function requestParts(config: Config, context: ConnectContext): Parts | Promise<Parts> {
  const parts = (['url', 'headers', 'body'] as const).map((part) => {
    const value = config[part];
    const failed = (cause: unknown) =>
      Promise.reject(
        new ConnectionError('REQUEST_FUNCTION_FAILED', `The ${part} function failed: ${reasonOf(cause)}`, {
          cause,
        }),
      );
    try {
      const result = typeof value === 'function' ? value(context) : value;
      return isThenable(result) ? Promise.resolve(result).catch(failed) : result;
    } catch (cause) {
      // Not thrown: another part's promise may reject too, and someone has to handle it.
      return failed(cause);
    }
  });
  return (parts.some(isThenable) ? Promise.all(parts) : parts) as unknown as Parts | Promise<Parts>;
}

/** Passes on to fetch only what is needed or was set: some runtimes throw at members that they do not know. */
export function buildRequest(
  { method, credentials, lastEventIdParam, manualRedirect, redirect }: Config,
  { lastEventId, signal }: ConnectContext,
  [rawUrl, rawHeaders, body]: Parts,
): StreamRequest {
  let url: URL;
  let headers: Headers;
  try {
    url = resolveUrl(rawUrl);
    headers = copyHeaders(rawHeaders);
    checkBody(body);
  } catch (cause) {
    throw new ConnectionError('INVALID_REQUEST', reasonOf(cause), { cause });
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

  const init: StreamInit = { headers, signal };
  if (method !== 'GET') init.method = method;
  if (credentials) init.credentials = credentials;
  if (body !== undefined && body !== null) {
    init.body = body;
    if (isStream(body)) init.duplex = 'half'; // fetch refuses a stream without it
  }
  // Where there is nothing to protect, fetch may follow by itself.
  if (manualRedirect && (isCustom || init.body || redirect || headers.has('last-event-id')))
    init.redirect = 'manual';
  return { url, target, init, idDropped };
}
