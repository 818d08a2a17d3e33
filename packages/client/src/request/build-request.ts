import type { Config } from '../check-options';
import { causedError } from '../errors';
import type { ConnectContext } from '../options';
import { setDefaults } from './default-headers';
import { idAsHeader, idFits } from './last-event-id';
import { isStream, PARTS, withParameter } from './request-parts';

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

/** `url`, `headers` and `body`, and a promise in place of each that is a function. */
export const requestParts = (config: Config, context: ConnectContext): unknown[] =>
  Object.keys(PARTS).map((part) => {
    const value = config[part as keyof typeof PARTS];
    if (typeof value !== 'function') return value;
    const call = async () => value(context);
    return call().catch((cause) => {
      throw causedError('REQUEST_FUNCTION_FAILED', `The ${part} function failed`, cause);
    });
  });

/** Passes on to fetch only what is needed or was set: some runtimes throw at members that they do not know. */
export function buildRequest(
  { method, credentials, lastEventIdParam, manualRedirect, redirect }: Config,
  { lastEventId, signal }: ConnectContext,
  parts: unknown[],
): StreamRequest {
  const [url, headers, body] = Object.values(PARTS).map((ready, index) => {
    try {
      return ready(parts[index] as never);
    } catch (cause) {
      throw causedError('INVALID_REQUEST', 'The request cannot be sent', cause);
    }
  }) as [URL, Headers, BodyInit | null | undefined];
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
  if (body !== undefined && body !== null) init.body = body;
  if (isStream(body)) init.duplex = 'half'; // fetch refuses a stream without it
  // In a page a redirection costs a second request. So fetch may follow there if there is nothing to protect.
  const isGuarded = isCustom || init.body || redirect || headers.has('last-event-id');
  if (manualRedirect && (isGuarded || !globalThis.location)) init.redirect = 'manual';
  return { url, target, init, idDropped };
}
