import type { OutcomeReason } from '../contexts';
import type { ConnectionError, ConnectionErrorCode } from '../errors';

/**
 * How one attempt ended: by an error, or with an outcome for the stream; neither where the server ended the
 * response.
 */
export interface AttemptEnd {
  readonly error?: ConnectionError | undefined;
  readonly reason?: OutcomeReason;
  readonly detail?: string | undefined;
  readonly outcome?: string | undefined;
  /** The server ended the response, after an event: nothing has failed. */
  readonly isClean?: boolean;
}

/** Request Timeout, Too Early, Too Many Requests. */
const PASSING_STATUSES = [408, 425, 429];
/** Not Implemented, HTTP Version Not Supported: asking again changes neither. */
const FINAL_SERVER_ERRORS = [501, 505];

/** The meaning of a response's status. `open` still asks for the right content type. */
export function meaningOfStatus(status: number): 'open' | 'no-content' | 'reconnect' | 'stop' {
  // [spec] "Clients will reconnect if the connection is closed; a client can be told to stop reconnecting
  // using the HTTP 204 No Content response code."
  if (status === 204) return 'no-content';
  // 205 has no body by definition. [spec] "if res's status is not 200, or if res's `Content-Type` is not
  // `text/event-stream`, then fail the connection"
  if (status >= 200 && status < 300 && status !== 205) return 'open';
  const isServerError = status >= 500 && status < 600 && !FINAL_SERVER_ERRORS.includes(status);
  return isServerError || PASSING_STATUSES.includes(status) ? 'reconnect' : 'stop';
}

/**
 * Whether asking again can help: with the network ([spec] "if res is a network error, then reestablish the
 * connection, unless the user agent knows that to be futile"), a timeout, and the user's functions, since
 * fetching a fresh token fails together with the network.
 */
const IS_PASSING: Record<ConnectionErrorCode, boolean | 'by status'> = {
  NETWORK: true,
  CONNECT_TIMEOUT: true,
  IDLE_TIMEOUT: true,
  REQUEST_FUNCTION_FAILED: true,
  REFRESH_FAILED: true,
  BAD_STATUS: 'by status',
  BAD_CONTENT_TYPE: false,
  NO_BODY: false,
  EVENT_TOO_LARGE: false,
  INVALID_EVENT: false,
  QUEUE_FULL: false,
  REDIRECT: false,
  INVALID_REQUEST: false,
  EXHAUSTED: false,
};

export function isPassing({ code, status = 0 }: ConnectionError): boolean {
  const passing = IS_PASSING[code];
  return passing === 'by status' ? meaningOfStatus(status) === 'reconnect' : passing;
}

/** [spec] compares the MIME type's essence: case-insensitive, parameters allowed. */
export function isEventStreamType(contentType: string | null): boolean {
  return /^\s*text\/event-stream\s*(;|$)/i.test(contentType ?? '');
}
