import type { EventStreamMessage } from '@eventwire/parser';
import type { Outcome } from './contexts';

/** A stream without its events: its state, and how to change it. */
export interface StreamControls {
  readonly state: 'connecting' | 'open' | 'waiting' | 'closed';
  /** The newest request's URL, without the last event ID; `''` until a `url` function has given one. */
  readonly url: string;
  /**
   * The last event ID of the events delivered: while an event is handled, the event's own. If there are
   * several consumers, it is the slowest one's. Safe to store and to pass as the option `lastEventId`.
   */
  readonly lastEventId: string;
  /** In ms. */
  readonly reconnectionTime: number;
  /** How the stream ended; never rejects. */
  readonly closed: Promise<Outcome>;
  /** Gives up the present connection, or the wait, and connects at once. Does nothing once closed. */
  reconnect(): void;
  /** Ends the stream at once: events that nobody has taken are dropped. */
  close(): void;
}

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
