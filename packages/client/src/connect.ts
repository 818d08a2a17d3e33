import type { EventStreamMessage } from '@eventwire/parser';
import { type Config, createConfig } from './config';
import type { EventStream } from './event-stream';
import type { ConnectOptions, ConnectUrl } from './options';
import { createStateMachine } from './reconnect/state-machine';
import type { Decode, EventOf } from './response/decode';
import type { Schemas } from './response/standard-schema';

/**
 * Follows an event stream: connects at the call, and comes back after a cut with the last event ID.
 * The type of the events follows from `schema` and `decode`; `connect<MyEvent>(...)` states it instead.
 *
 * @param url absolute, or relative to the page; or a function that gives it before every attempt
 * @throws {TypeError} code `INVALID_OPTION`, with the option's name as `option`
 * @example
 * const stream = connect('https://example.org/events', {
 *   headers: async () => ({ authorization: `Bearer ${await freshToken()}` }),
 * });
 * for await (const event of stream) show(event.type, event.data);
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
  return createEventStream(createConfig(url, options));
}

/** Connects, and returns the stream as the user sees it. */
function createEventStream<E>(config: Config): EventStream<E> {
  const { controls, closed, iterate, batches } = createStateMachine<E>(config);
  // Onto the object itself, since a copy would have the values of its getters.
  return Object.assign(controls, {
    [Symbol.asyncIterator]: iterate,
    batches,
    // Older runtimes have no such symbol; there, `await using` does not exist either.
    [Symbol.asyncDispose ?? Symbol()]: async () => {
      controls.close();
      await closed;
    },
  }) as unknown as EventStream<E>;
}
