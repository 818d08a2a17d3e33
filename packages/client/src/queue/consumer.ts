/**
 * An event, and the last event ID received with it: each consumer holds on to the last one that it has taken.
 */
export interface Entry<E> {
  /** Sequence number. */
  readonly n: number;
  readonly event: E;
  /** The last event ID after it; blocks without an event change it. */
  id: string;
}

/** A reader that takes every event from its joining on: `onEvent`, or an iterator. */
export interface Consumer<E> {
  /** The newest event that it has taken, or that came before it joined. */
  taken: Entry<E>;
  /** The newest that it is done with. */
  done: Entry<E>;
  /** Whether it could do with an event now. */
  asking(): boolean;
  /** There are events to take, or there will be none any more. */
  wake(): void;
}

/** The part of a queue that its consumers use. */
export interface ConsumerQueue<E> {
  /** Set once no event follows; iteration throws the error. */
  readonly end: { readonly error: unknown } | undefined;
  join(asking: () => boolean, wake: () => void): Consumer<E>;
  hasNext(consumer: Consumer<E>): boolean;
  /** To be called only if there is one. It is done with those before. */
  takeNext(consumer: Consumer<E>): E;
  takeAll(consumer: Consumer<E>): E[];
  /** It has begun to ask: it is done with the events that it has taken. */
  asked(consumer: Consumer<E>): void;
  leave(consumer: Consumer<E>): void;
}
