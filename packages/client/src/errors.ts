import { reasonOf } from './user-callbacks';

/**
 * Why a connection, or the whole stream, failed.
 *
 * - `NETWORK`: fetch failed, or the connection broke while reading.
 * - `CONNECT_TIMEOUT`: no response headers within `connectTimeout`.
 * - `IDLE_TIMEOUT`: no byte within `idleTimeout` while a read was pending, or none after the machine had
 *   slept.
 * - `BAD_STATUS`: the response's status is not that of an event stream.
 * - `BAD_CONTENT_TYPE`: a 2xx whose type is not `text/event-stream`.
 * - `NO_BODY`: this runtime's fetch gives no readable body, or one that is not bytes.
 * - `EVENT_TOO_LARGE`: an event is larger than `maxEventSize`.
 * - `INVALID_EVENT`: `decode` or `schema` refused an event; `cause` is the error that they threw, or an Error
 *   whose `cause` has the issues.
 * - `QUEUE_FULL`: with `onQueueFull: 'close'`, more than `maxQueuedEvents` are waiting.
 * - `REDIRECT`: a redirection that cannot, or must not, be followed.
 * - `REQUEST_FUNCTION_FAILED`: a `url`, `headers` or `body` function threw or rejected.
 * - `REFRESH_FAILED`: `refresh` threw, rejected, or took longer than `connectTimeout`.
 * - `INVALID_REQUEST`: a `url`, `headers` or `body` function returned a value that cannot be sent.
 * - `EXHAUSTED`: `maxAttempts` or `maxElapsed` is used up; `cause` is the last error.
 */
export type ConnectionErrorCode =
  | 'NETWORK'
  | 'CONNECT_TIMEOUT'
  | 'IDLE_TIMEOUT'
  | 'BAD_STATUS'
  | 'BAD_CONTENT_TYPE'
  | 'NO_BODY'
  | 'EVENT_TOO_LARGE'
  | 'INVALID_EVENT'
  | 'QUEUE_FULL'
  | 'REDIRECT'
  | 'REQUEST_FUNCTION_FAILED'
  | 'REFRESH_FAILED'
  | 'INVALID_REQUEST'
  | 'EXHAUSTED';

interface ConnectionErrorInit {
  cause?: unknown;
  status?: number | undefined;
  headers?: Headers | undefined;
  body?: string | undefined;
}

/**
 * The error of `Outcome.error`, `previousError` and a failing iteration.
 *
 * @example
 * const { reason, error } = await stream.closed;
 * if (error?.code === 'BAD_STATUS' && error.status === 404) showNotFound();
 */
export class ConnectionError extends Error {
  declare readonly code: ConnectionErrorCode;
  /** The response's status, where there was a response. */
  declare readonly status: number | undefined;
  /** The response's headers, where there was a response. */
  declare readonly headers: Headers | undefined;
  /** The beginning of a refused response's body, at most 2,048 characters. */
  declare readonly body: string | undefined;

  constructor(code: ConnectionErrorCode, message: string, init: ConnectionErrorInit = {}) {
    super(message, init);
    const { status, headers, body } = init;
    Object.assign(this, { name: 'ConnectionError', code, status, headers, body });
  }
}

/** An error with its cause's own words in the message. */
export const causedError = (code: ConnectionErrorCode, message: string, cause: unknown): ConnectionError =>
  new ConnectionError(code, `${message}: ${reasonOf(cause)}`, { cause });

/**
 * Tells a ConnectionError by its shape, so that one from another copy of this package is recognised too.
 *
 * @example
 * try {
 *   for await (const event of stream) show(event);
 * } catch (error) {
 *   if (isConnectionError(error)) report(error.code);
 *   else throw error;
 * }
 */
export function isConnectionError(value: unknown): value is ConnectionError {
  return value instanceof Error && value.name === 'ConnectionError' && 'code' in value;
}
