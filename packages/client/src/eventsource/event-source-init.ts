import { InvalidOptionError } from '../invalid-option-error';
import type { ConnectHeaders, FetchLike } from '../options';
import { copyHeaders } from '../request-parts';

/** The Standard's dictionary, HTML 9.2.2, and what it does not have: `fetch` and `headers`. */
export interface EventSourceInit {
  /** Whether cookies and other credentials go to other origins too. Default false. */
  withCredentials?: boolean | undefined;
  /** Not in the Standard. Default: `globalThis.fetch`, looked up at every connection. */
  fetch?: FetchLike | undefined;
  /**
   * Not in the Standard: sent with every request; `Accept` wins over the default, `Last-Event-ID` holds until the
   * stream sets an id. What fetch sends to another origin after a redirect is up to that fetch.
   */
  headers?: ConnectHeaders | undefined;
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
 * @throws TypeError if it is neither an object, nor undefined, nor null; with code `INVALID_OPTION` for `fetch` or
 * `headers`
 */
export function convertInit(value: unknown): ConvertedInit {
  // [spec] Web IDL, dictionaries: "If Type(jsDict) is not Undefined, Null or Object, then throw a TypeError."
  const isObject = typeof value === 'object' || typeof value === 'function';
  if (!isObject && value !== undefined) {
    throw new TypeError(`The second argument of EventSource must be an object, got ${String(value)}.`);
  }
  // [spec] "In lexicographical order", each member is read once.
  const { fetch, headers, withCredentials } = (value ?? {}) as EventSourceInit;
  if (fetch !== undefined && typeof fetch !== 'function') {
    throw new InvalidOptionError('fetch', `must be a function, got ${String(fetch)}.`);
  }
  if (fetch === undefined && typeof globalThis.fetch !== 'function') {
    throw new InvalidOptionError('fetch', 'is needed: this runtime has no fetch of its own.');
  }
  return { fetch, headers: checkHeaders(headers), withCredentials: Boolean(withCredentials) };
}

function checkHeaders(headers: ConnectHeaders | undefined): Headers {
  try {
    return copyHeaders(headers);
  } catch (cause) {
    throw new InvalidOptionError('headers', cause instanceof Error ? cause.message : String(cause));
  }
}
