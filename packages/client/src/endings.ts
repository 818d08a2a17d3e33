import type { ConnectionError, ConnectionErrorCode } from './connection-error';
import type { OutcomeReason } from './outcome';

/** How one attempt ended. */
export type Ending =
  | { readonly kind: 'clean' } // the server ended the response
  | { readonly kind: 'error'; readonly error: ConnectionError; readonly retryAfter?: number | undefined } // ms
  | { readonly kind: 'outcome'; readonly reason: OutcomeReason; readonly detail?: string | undefined };

/** What a response's status means. `open` still asks for the right content type. */
export function statusVerdict(status: number): 'open' | 'no-content' | 'reconnect' | 'stop' {
  // [spec] "Clients will reconnect if the connection is closed; a client can be told to stop reconnecting
  // using the HTTP 204 No Content response code."
  if (status === 204) return 'no-content';
  if (status === 205) return 'stop'; // has no body by definition
  if (status >= 200 && status <= 299) return 'open';
  if (status === 408 || status === 425 || status === 429) return 'reconnect';
  if (status === 501 || status === 505) return 'stop'; // asking again does not make it implemented
  if (status >= 500 && status <= 599) return 'reconnect';
  // [spec] "if res's status is not 200, or if res's `Content-Type` is not `text/event-stream`, then fail the
  // connection"
  return 'stop';
}

/** What every other error means; BAD_STATUS is decided by `statusVerdict`. */
const CODE_VERDICTS: Record<Exclude<ConnectionErrorCode, 'BAD_STATUS'>, 'reconnect' | 'stop'> = {
  // [spec] "if res is a network error, then reestablish the connection, unless the user agent knows that to be futile"
  NETWORK: 'reconnect',
  CONNECT_TIMEOUT: 'reconnect',
  IDLE_TIMEOUT: 'reconnect',
  REQUEST_FUNCTION_FAILED: 'reconnect', // fetching a fresh token fails together with the network
  BAD_CONTENT_TYPE: 'stop',
  NO_BODY: 'stop',
  EVENT_TOO_LARGE: 'stop', // it would be sent again, and be too large again
  INVALID_REQUEST: 'stop',
  EXHAUSTED: 'stop',
};

export function errorVerdict(error: ConnectionError): 'reconnect' | 'stop' {
  if (error.code !== 'BAD_STATUS') return CODE_VERDICTS[error.code];
  return statusVerdict(error.status ?? 0) === 'reconnect' ? 'reconnect' : 'stop';
}

/** [spec] compares the MIME type's essence: case-insensitive, parameters allowed. */
export function isEventStreamType(contentType: string | null): boolean {
  const [essence = ''] = (contentType ?? '').split(';', 1);
  return essence.trim().toLowerCase() === 'text/event-stream';
}
