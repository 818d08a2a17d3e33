import { askForFresh } from './cache-control';
import type { Config } from './config';
import { ConnectionError } from './connection-error';
import { idAsHeader, idFits } from './last-event-id';
import type { ConnectContext, PerAttempt } from './options';
import { checkBody, copyHeaders, isStream, resolveUrl, withParameter } from './request-parts';
import { isThenable } from './user-code';

/** One attempt's request. */
export interface StreamRequest {
  /** Without the last event ID. */
  readonly url: URL;
  /** What fetch gets. */
  readonly target: string;
  readonly init: RequestInit;
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
  if (!parts.some((part) => part instanceof Promise)) return assemble(config, context, parts as Parts);
  return Promise.all(parts).then((values) => assemble(config, context, values));
}

type Parts = readonly [string | URL, Parameters<typeof copyHeaders>[0], Parameters<typeof checkBody>[0]];

function call<T>(part: string, value: PerAttempt<T>, context: ConnectContext): T | Promise<T> {
  if (typeof value !== 'function') return value;
  const failed = (cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new ConnectionError('REQUEST_FUNCTION_FAILED', `The ${part} function failed: ${reason}`, {
      cause,
    });
  };
  try {
    const result = (value as (context: ConnectContext) => T | Promise<T>)(context);
    if (!isThenable(result)) return result as T;
    return Promise.resolve(result as PromiseLike<T>).catch((cause) => Promise.reject(failed(cause)));
  } catch (cause) {
    // Not thrown: another part's promise may reject too, and someone has to handle it.
    return Promise.reject(failed(cause));
  }
}

function assemble(config: Config, context: ConnectContext, [rawUrl, rawHeaders, body]: Parts): StreamRequest {
  let url: URL;
  let headers: Headers;
  try {
    url = resolveUrl(rawUrl);
    headers = copyHeaders(rawHeaders);
    checkBody(body);
  } catch (cause) {
    throw new ConnectionError('INVALID_REQUEST', cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  }
  // [spec] "Set (`Accept`, `text/event-stream`) in request's header list."
  if (!headers.has('accept')) headers.set('accept', 'text/event-stream');
  askForFresh(headers);

  let target = url;
  let idDropped = false;
  // [spec] "If the EventSource object's last event ID string is not the empty string"
  if (context.lastEventId !== '') {
    const header = idAsHeader(context.lastEventId);
    if (config.lastEventIdParam !== undefined) {
      idDropped = !idFits(context.lastEventId);
      if (!idDropped) target = withParameter(url, config.lastEventIdParam, context.lastEventId);
    } else if (header !== undefined) headers.set('last-event-id', header);
    else idDropped = true;
  }

  const init: RequestInit & { duplex?: 'half' } = { headers, signal: context.signal };
  if (config.method !== 'GET') init.method = config.method;
  if (config.credentials !== undefined) init.credentials = config.credentials;
  if (body !== undefined && body !== null) {
    init.body = body;
    if (isStream(body)) init.duplex = 'half'; // fetch refuses a stream without it
  }
  return { url, target: target.href, init, idDropped };
}
