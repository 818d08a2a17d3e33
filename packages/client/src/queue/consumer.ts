/** How far a consumer has come. */
export interface Place {
  /** The number of its newest event, of all in the queue's life. */
  n: number;
  /** The last event ID after it; blocks without an event change it. */
  id: string;
}

/** A reader that takes every event from its joining on: `onEvent`, or an iterator. */
export interface Consumer {
  /** The newest event that it has taken, or that came before it joined. */
  readonly taken: Place;
  /** The newest that it is done with. */
  readonly done: Place;
  /** Whether it could do with an event now. */
  asking(): boolean;
  /** There are events to take, or there will be none any more. */
  wake(): void;
}

/** The part of a queue that its consumers use. */
export interface ConsumerQueue<E> {
  /** Set once no event follows; iteration throws the error. */
  readonly end: { readonly error: unknown } | undefined;
  join(asking: () => boolean, wake: () => void): Consumer;
  hasNext(consumer: Consumer): boolean;
  /** To be called only if there is one. It is done with those before. */
  takeNext(consumer: Consumer): E;
  takeAll(consumer: Consumer): E[];
  /** It is done with the events that it has taken. */
  settle(consumer: Consumer): void;
  /** It has begun to ask: it is done with the events that it has taken. */
  asked(consumer: Consumer): void;
  leave(consumer: Consumer): void;
}
