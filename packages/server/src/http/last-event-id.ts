// Made by the first id, since some runtimes that import this have no TextDecoder (Jest's jsdom).
let utf8: TextDecoder | undefined;

/** The two places of a request that may hold the id. */
export interface LastEventIdSource {
  /** The value of `Last-Event-ID`. */
  readonly header: string | null | undefined;
  /** The request's address or target, whole or relative. */
  readonly url: string | undefined;
}

/**
 * The id that a client sent: that of the header if it is not empty, else that of the query parameter
 * `lastEventId`, for clients that cannot set a header; else `''`.
 *
 * [spec] HTML Standard, 9.2.4 (The Last-Event-ID header): the id is sent as its UTF-8 bytes.
 */
export function readLastEventId({ header, url = '' }: LastEventIdSource): string {
  if (header) return decodeBytes(header);
  const fragment = url.indexOf('#');
  const address = fragment < 0 ? url : url.slice(0, fragment);
  const query = address.indexOf('?');
  return query < 0 ? '' : (new URLSearchParams(address.slice(query)).get('lastEventId') ?? '');
}

/**
 * Most runtimes give a header as a byte string, one character per byte; workerd has decoded it already. A
 * value that cannot be bytes, or is not UTF-8, stays as it is.
 */
function decodeBytes(value: string): string {
  const bytes = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    if (unit > 0xff) return value;
    bytes[i] = unit;
  }
  utf8 ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return utf8.decode(bytes);
  } catch {
    return value;
  }
}
