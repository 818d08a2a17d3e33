import { refusal } from '@eventwire/options';
import type { FetchLike } from '../options';
import type { HeadersSource } from '../web-types';

/** The Standard's dictionary, HTML 9.2.2, and what it does not have: `fetch` and `headers`. */
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
}

/** The dictionary as the constructor uses it. */
export interface ConvertedInit {
  readonly fetch: FetchLike | undefined;
  readonly headers: Headers;
  readonly withCredentials: boolean;
}

/**
 * Web IDL's conversion to a dictionary.
 *
 * @throws TypeError if it is neither an object, nor undefined, nor null; with code `INVALID_OPTION` for
 * `fetch` or `headers`
 */
export function convertInit(value: unknown): ConvertedInit {
  // [spec] Web IDL, dictionaries: "If Type(jsDict) is not Undefined, Null or Object, then throw a TypeError."
  const init = value ?? {};
  if (Object(init) !== init) throw new TypeError('EventSource takes an object after the url');
  // [spec] "In lexicographical order", each member is read once.
  const { fetch, headers, withCredentials } = init as EventSourceInit;
  if (typeof (fetch === undefined ? globalThis.fetch : fetch) !== 'function')
    throw refusal('fetch', 'a function');
  try {
    // A copy, so that what the user does with theirs later changes nothing.
    return { fetch, headers: new Headers(headers), withCredentials: Boolean(withCredentials) };
  } catch {
    // The runtime's own error may quote a value.
    throw refusal('headers', 'valid headers');
  }
}
