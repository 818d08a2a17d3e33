import { refusal } from '@eventwire/options';
import type { FetchLike } from '../options';
import type { HeadersSource } from '../web-types';

/** The Standard's dictionary, HTML 9.2.2, and what it does not have. */
export interface EventSourceInit {
  /**
   * Whether cookies and other credentials go to other origins too.
   *
   * @default false
   */
  withCredentials?: boolean | undefined;
  /**
   * Not in the Standard.
   *
   * @default globalThis.fetch, looked up at every connection
   */
  fetch?: FetchLike | undefined;
  /**
   * Not in the Standard: sent with every request. `Accept` wins over the default, `Last-Event-ID` holds until
   * the stream sets an id. After a redirection to another origin, fetch decides which of them are sent.
   */
  headers?: HeadersSource | undefined;
  /**
   * Not in the Standard: ms from the end of a connection to the next, until the stream's `retry` sets it.
   *
   * @default 3000
   */
  reconnectionTime?: number | undefined;
  /**
   * Not in the Standard: bytes or characters that one event may have. A larger one fails the connection.
   *
   * @default 16_777_216, the parser's
   */
  maxEventSize?: number | undefined;
  /**
   * Not in the Standard: called before each `error` event, with the reason that the event does not have. An
   * error that it throws is reported.
   *
   * @example onTrace: ({ type, status, error }) => console.warn(type, status, error)
   */
  onTrace?: ((record: EventSourceTrace) => unknown) | undefined;
}

/** Why an `error` event follows. */
export interface EventSourceTrace {
  /** `waiting`: another connection follows after `delay`. `failed`: none does. */
  readonly type: 'waiting' | 'failed';
  /** Ms until the next connection, with `waiting`. */
  readonly delay: number | undefined;
  /** Of the response, if there was one. */
  readonly status: number | undefined;
  /**
   * The error of fetch, of reading or of the parser, whose text may quote the URL. Undefined if the response
   * ended, or is no event stream.
   */
  readonly error: unknown;
}

/** The dictionary as the constructor uses it. */
export interface ConvertedInit {
  readonly fetch: FetchLike | undefined;
  readonly headers: Headers;
  readonly withCredentials: boolean;
  readonly reconnectionTime: number;
  readonly maxEventSize: number | undefined;
  readonly onTrace: EventSourceInit['onTrace'];
}

/**
 * Web IDL's conversion to a dictionary.
 *
 * @throws TypeError if it is neither an object, nor undefined, nor null; with code `INVALID_OPTION` for
 * those that are not in the Standard
 */
export function convertInit(value: unknown): ConvertedInit {
  // [spec] Web IDL, dictionaries: "If Type(jsDict) is not Undefined, Null or Object, then throw a TypeError."
  const init = value ?? {};
  if (Object(init) !== init) throw new TypeError('EventSource takes an object after the url');
  // [spec] "In lexicographical order", each member is read once.
  const {
    fetch,
    headers,
    maxEventSize,
    onTrace,
    reconnectionTime = 3000,
    withCredentials,
  } = init as EventSourceInit;
  if (typeof (fetch === undefined ? globalThis.fetch : fetch) !== 'function')
    throw refusal('fetch', 'a function');
  if (onTrace && typeof onTrace !== 'function') throw refusal('onTrace', 'a function');
  if (!(reconnectionTime >= 0 && reconnectionTime < Infinity))
    throw refusal('reconnectionTime', 'finite milliseconds, at least 0');
  if (maxEventSize !== undefined && !(Number.isSafeInteger(maxEventSize) && maxEventSize > 0))
    throw refusal('maxEventSize', 'a whole number of at least 1');
  try {
    // A copy, so that what the user does with theirs later changes nothing.
    return {
      fetch,
      headers: new Headers(headers),
      withCredentials: Boolean(withCredentials),
      reconnectionTime,
      maxEventSize,
      onTrace,
    };
  } catch {
    // The runtime's own error may quote a value.
    throw refusal('headers', 'valid headers');
  }
}
