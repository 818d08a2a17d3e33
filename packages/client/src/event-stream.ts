import type { EventStreamMessage } from '@eventwire/parser';
import type { Config } from './config';
import { createStateMachine, type StreamControls } from './reconnect/state-machine';

/**
 * A stream that is followed over broken connections.
 *
 * Iterating reads it, unless `onEvent` does: nothing is read before. Every iterator gets every event from its
 * creation on, and the slowest sets the pace. The last `break` closes the stream. Iteration throws a
 * `ConnectionError` if the stream failed or is exhausted, and returns otherwise; after `close()` it returns
 * at once.
 */
export interface EventStream<E = EventStreamMessage>
  extends StreamControls,
    AsyncIterable<E>,
    AsyncDisposable {
  [Symbol.asyncIterator](): AsyncIterableIterator<E>;
  /** The events of one chunk of the response at a time. */
  batches(): AsyncIterableIterator<E[]>;
}

/** Connects, and returns the stream as the user sees it. */
export function createEventStream<E>(config: Config): EventStream<E> {
  const { queue, controls } = createStateMachine<E>(config);
  const { closed, close } = controls;
  // Onto the object itself, since a copy would have the values of its getters.
  return Object.assign(controls, {
    [Symbol.asyncIterator]: () => queue.iterate((next) => next(1)[0] as E),
    batches: () => queue.iterate((next) => next(Infinity)),
    // Older runtimes have no such symbol; there, `await using` does not exist either.
    [Symbol.asyncDispose ?? Symbol()]: async () => {
      close();
      await closed;
    },
  }) as unknown as EventStream<E>;
}
