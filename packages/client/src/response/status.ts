import type { ConnectionError } from '../errors';
import type { OutcomeReason } from '../outcome';

/** How one attempt ended: by an error, or with an outcome for the stream; neither where the server ended the response. */
export interface Ending {
  readonly error?: ConnectionError | undefined;
  readonly reason?: OutcomeReason;
  readonly detail?: string | undefined;
}

/** What a response's status means. `open` still asks for the right content type. */
export function statusVerdict(status: number): 'open' | 'no-content' | 'reconnect' | 'stop' {
  // [spec] "Clients will reconnect if the connection is closed; a client can be told to stop reconnecting
  // using the HTTP 204 No Content response code."
  if (status === 204) return 'no-content';
  // 205 has no body by definition. [spec] "if res's status is not 200, or if res's `Content-Type` is not
  // `text/event-stream`, then fail the connection"
  if (/^2(?!05)/.test(`${status}`)) return 'open';
  // Not 501 and 505: asking again does not make it implemented.
  return /^(408|425|429|5(?!01|05)..)$/.test(`${status}`) ? 'reconnect' : 'stop';
}

/**
 * Whether asking again can help: with the network ([spec] "if res is a network error, then reestablish the connection,
 * unless the user agent knows that to be futile"), a timeout, and the user's functions, since fetching a fresh token
 * fails together with the network.
 */
export function isPassing({ code, status = 0 }: ConnectionError): boolean {
  return code === 'BAD_STATUS'
    ? statusVerdict(status) === 'reconnect'
    : /^NETWORK|_TIMEOUT|_FAILED$/.test(code);
}

/** [spec] compares the MIME type's essence: case-insensitive, parameters allowed. */
export function isEventStreamType(contentType: string | null): boolean {
  return /^\s*text\/event-stream\s*(;|$)/i.test(contentType ?? '');
}
