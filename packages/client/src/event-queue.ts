interface Entry<E> {
  readonly event: E;
  lastEventId: string;
}

/** Someone who takes every event from its joining on. */
export interface Consumer {
  /** The sequence number of the event that it takes next; kept by the queue. */
  position: number;
  /** Whether it could do with an event now. */
  readonly asking: boolean;
  /** There are events to take, or there will be none any more. */
  wake(): void;
}

/**
 * What has been read and not yet been taken by everyone. There is no limit here, because none is needed: reading
 * waits for `demand`, so the queue never holds more than the events of one chunk.
 */
export class EventQueue<E> {
  #entries: Entry<E>[] = [];
  #start = 0; // sequence number of the first entry
  readonly #consumers = new Set<Consumer>();
  readonly #onDeserted: () => void;
  // One slot, not a list: only the newest attempt reads, and a superseded one must not pile up here.
  #onDemand: (() => void) | undefined;
  #end: { readonly error: unknown } | undefined;
  /** The last event ID of what everyone has taken: safe to store, nothing before it is lost. */
  lastEventId: string;

  /** @param onDeserted called when the last consumer has left */
  constructor(lastEventId: string, onDeserted: () => void) {
    this.lastEventId = lastEventId;
    this.#onDeserted = onDeserted;
  }

  join(consumer: Consumer): void {
    consumer.position = this.#next;
    this.#consumers.add(consumer);
  }

  leave(consumer: Consumer): void {
    if (!this.#consumers.delete(consumer)) return;
    if (this.#consumers.size === 0) this.#onDeserted();
    this.#settle();
  }

  push(event: E, lastEventId: string): void {
    this.#entries.push({ event, lastEventId });
  }

  /** A block without an event to hand on set the last event ID. */
  pushId(lastEventId: string): void {
    const newest = this.#entries.at(-1);
    if (newest === undefined) this.lastEventId = lastEventId;
    else newest.lastEventId = lastEventId;
  }

  /** Hands on what was pushed: once per chunk, so that `batches()` gets it whole. */
  flush(): void {
    for (const consumer of [...this.#consumers]) consumer.wake();
    this.#settle();
  }

  take(consumer: Consumer): E | undefined {
    const entry = this.#entries[consumer.position - this.#start];
    if (entry === undefined) return undefined;
    consumer.position += 1;
    this.#settle();
    return entry.event;
  }

  takeAll(consumer: Consumer): E[] {
    const entries = this.#entries.slice(consumer.position - this.#start);
    consumer.position = this.#next;
    this.#settle();
    return entries.map((entry) => entry.event);
  }

  has(consumer: Consumer): boolean {
    return consumer.position < this.#next;
  }

  /** How the stream ended, once it has; `error` is what iteration throws. */
  get ended(): { readonly error: unknown } | undefined {
    return this.#end;
  }

  /** No event follows; what is here can still be taken. */
  end(error: unknown): void {
    this.#end = { error };
    this.#onDemand = undefined;
    for (const consumer of [...this.#consumers]) consumer.wake();
  }

  /** No event follows, and what is here is dropped. */
  drop(): void {
    this.#forget();
    for (const consumer of this.#consumers) consumer.position = this.#start;
    this.end(undefined);
  }

  /**
   * Resolves when everything has been taken by everyone and someone asks for more. A call takes the place of an
   * earlier one, which then never resolves.
   */
  demand(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDemand = resolve;
      this.#settle();
    });
  }

  /** To be called by a consumer that has begun to ask. */
  asked(): void {
    this.#settle();
  }

  get #next(): number {
    return this.#start + this.#entries.length;
  }

  /** Moves `lastEventId` on with the slowest consumer, forgets what all have taken, and looks for demand. */
  #settle(): void {
    if (this.#consumers.size === 0) {
      this.#forget(); // taken by nobody: the id stays
      return;
    }
    let slowest = this.#next;
    let asking = false;
    for (const consumer of this.#consumers) {
      slowest = Math.min(slowest, consumer.position);
      asking ||= consumer.asking;
    }
    const taken = this.#entries[slowest - this.#start - 1];
    if (taken !== undefined) this.lastEventId = taken.lastEventId;
    if (slowest < this.#next) return;
    this.#forget();
    if (!asking || this.#onDemand === undefined) return;
    const resolve = this.#onDemand;
    this.#onDemand = undefined;
    resolve();
  }

  #forget(): void {
    if (this.#entries.length === 0) return;
    this.#start = this.#next;
    this.#entries = [];
  }
}
