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
