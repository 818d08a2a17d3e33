import type { EventStreamMessage } from '@eventwire/parser';
import { checkOptions } from './check-options';
import type { EventStream } from './event-stream';
import type { ConnectOptions, ConnectUrl } from './options';
import { follow } from './reconnect/state-machine';
import type { Decode, EventOf } from './response/decode';
import type { Schemas } from './response/standard-schema';

/**
 * Follows an event stream: connects at the call, and comes back after a cut with the last event ID.
 * What the events are follows from `schema` and `decode`; or it is said, as `connect<MyEvent>(...)`.
 *
 * @param url absolute, or relative to the page; or a function that gives it before every attempt
 * @throws {TypeError} code `INVALID_OPTION`, naming the option
 */
export function connect<S extends Schemas, D extends Decode>(
  url: ConnectUrl,
  options?: ConnectOptions<EventOf<S, D>> & {
    readonly schema?: S | undefined;
    readonly decode?: D | undefined;
  },
): EventStream<EventOf<S, D>>;
export function connect<E = EventStreamMessage>(url: ConnectUrl, options?: ConnectOptions<E>): EventStream<E>;
export function connect(url: ConnectUrl, options: ConnectOptions<never> = {}): EventStream<never> {
  return follow(checkOptions(url, options));
}
