import { refusal } from '@eventwire/options';
import type { ConnectHeaders } from '../options';

/**
 * A copy, so that the user's own instance is never changed.
 *
 * @throws OptionError without the names and values, which may be secret
 */
export function readHeaders(headers: ConnectHeaders | undefined): Headers {
  // By shape: headers of another realm or another fetch are iterable, not plain.
  const isRecord = Object(headers) === headers && !(Symbol.iterator in (headers as object));
  try {
    return new Headers(
      isRecord
        ? Object.entries(headers as Record<string, string>).filter(([, value]) => value !== undefined)
        : (headers as Headers),
    );
  } catch {
    // The runtime's own error may quote a value.
    throw refusal('headers', 'valid headers');
  }
}

function setDefault(headers: Headers, name: string, value: string): void {
  if (!headers.has(name)) headers.set(name, value);
}

/** Sets the headers of every request for a stream, unless the user has set them. */
export function setDefaults(headers: Headers): void {
  // [spec] "User agents may set (`Accept`, `text/event-stream`) in request's header list."
  setDefault(headers, 'accept', 'text/event-stream');
  // [spec] Fetch, for the cache mode "no-store": "append (`Cache-Control`, `no-cache`) to httpRequest's
  // header list". Not every runtime's fetch does that, and some refuse the mode. In a page or its workers the
  // header would cost a CORS preflight.
  if (!globalThis.location) setDefault(headers, 'cache-control', 'no-cache');
}
