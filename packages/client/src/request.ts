import { askForFresh } from './cache-control';
import type { Config } from './config';
import { ConnectionError } from './connection-error';
import { idAsHeader, idFits } from './last-event-id';
import type { ConnectContext, PerAttempt } from './options';
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

/** Passes on to fetch only what is needed or was set: some runtimes throw at members that they do not know. */
export function buildRequest(
  config: Config,
  context: ConnectContext,
): StreamRequest | Promise<StreamRequest> {
  const parts = [
    call('url', config.url, context),
    call('headers', config.headers, context),
    call('body', config.body, context),
  ] as const;
  // Without a promise among them there is no turn of the event loop between connect() and its fetch.
  if (!parts.some(isThenable)) return assemble(config, context, parts as Parts);
  return Promise.all(parts).then((values) => assemble(config, context, values));
}

type Parts = readonly [string | URL, Parameters<typeof copyHeaders>[0], Parameters<typeof checkBody>[0]];

function call<T>(part: string, value: PerAttempt<T>, context: ConnectContext): T | Promise<T> {
  if (typeof value !== 'function') return value;
  const failed = (cause: unknown) =>
    Promise.reject(
      new ConnectionError('REQUEST_FUNCTION_FAILED', `The ${part} function failed: ${reasonOf(cause)}`, {
        cause,
      }),
    );
  try {
    const result = (value as (context: ConnectContext) => T | PromiseLike<T>)(context);
    return isThenable(result) ? Promise.resolve(result).catch(failed) : (result as T);
  } catch (cause) {
    // Not thrown: another part's promise may reject too, and someone has to handle it.
    return failed(cause);
  }
}

function assemble(
  config: Config,
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
  const custom = [...headers].length > 0;
  // [spec] "Set (`Accept`, `text/event-stream`) in request's header list."
  if (!headers.has('accept')) headers.set('accept', 'text/event-stream');
  askForFresh(headers);

  const { method, credentials, lastEventIdParam, manualRedirect } = config;
  let target = url;
  let idDropped = false;
  // [spec] "If the EventSource object's last event ID string is not the empty string"
  if (lastEventId !== '') {
    const header = idAsHeader(lastEventId);
    if (lastEventIdParam !== undefined) {
      if (idFits(lastEventId)) target = withParameter(url, lastEventIdParam, lastEventId);
      else idDropped = true;
    } else if (header !== undefined) headers.set('last-event-id', header);
    else idDropped = true;
  }

  const init: StreamInit = { headers, signal };
  if (method !== 'GET') init.method = method;
  if (credentials !== undefined) init.credentials = credentials;
  if (body !== undefined && body !== null) {
    init.body = body;
    if (isStream(body)) init.duplex = 'half'; // fetch refuses a stream without it
  }
  // Where there is nothing to protect, fetch may follow by itself.
  if (manualRedirect && (custom || init.body || headers.has('last-event-id') || config.redirect))
    init.redirect = 'manual';
  return { url, target, init, idDropped };
}
