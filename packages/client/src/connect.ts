import { readConfig } from './config';
import { Driver } from './driver';
import type { EventStream } from './event-stream';
import type { ConnectOptions, ConnectUrl } from './options';
import { resolveUrl } from './request-parts';

/**
 * Follows an event stream: connects at the call, and comes back after a cut with the last event ID.
 *
 * @param url absolute, or relative to the page; or a function that gives it before every attempt
 * @throws {TypeError} code `INVALID_OPTION`, naming the option
 */
export function connect(url: ConnectUrl, options: ConnectOptions = {}): EventStream {
  const config = readConfig(url, options);
  return new Driver(config, typeof url === 'function' ? '' : resolveUrl(url).href);
}
