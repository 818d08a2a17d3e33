interface Entry<E> {
  readonly event: E;
  lastEventId: string;
}

/** Someone who takes every event from its joining on. The numbers and ids are kept by the queue. */
export interface Consumer {
  /** The sequence number of the event that it takes next. */
  position: number;
  /** The sequence number, and the last event ID before it, of the first event that it is not done with. */
  done: number;
  id: string;
  /** Last event ID of what it has taken. */
  taken: string;
  /** Whether it could do with an event now. */
  readonly asking: boolean;
  /** There are events to take, or there will be none any more. */
  wake(): void;
}

export interface QueueOptions {
  /** Whether a consumer is done with an event only when it comes back for the next. */
  readonly ack: boolean;
  /** How many events may wait before reading pauses; undefined: none may, and somebody has to ask. */
  readonly pauseAt: number | undefined;
  /** How many events may wait before the oldest are dropped. */
  readonly dropAt: number;
}

/** What has been read and not yet been taken by everyone. Reading waits for `demand`. */
export class EventQueue<E> {
  #entries: Entry<E>[] = [];
  #start = 0; // sequence number of the first entry
  readonly #consumers = new Set<Consumer>();
  readonly #options: QueueOptions;
  readonly #onDeserted: () => void;
  // One slot, not a list: only the newest attempt reads, and a superseded one must not pile up here.
  #onDemand: (() => void) | undefined;
  #end: { readonly error: unknown } | undefined;
  /** Events that have been dropped for a consumer. */
  dropped = 0;
  /** The last event ID of what everyone is done with: safe to store, nothing before it is lost. */
  lastEventId: string;

  /** @param onDeserted called when the last consumer has left */
  constructor(lastEventId: string, options: QueueOptions, onDeserted: () => void) {
    this.lastEventId = lastEventId;
    this.#options = options;
    this.#onDeserted = onDeserted;
  }

  join(consumer: Consumer): void {
    consumer.position = consumer.done = this.#next;
    consumer.id = consumer.taken = this.#entries.at(-1)?.lastEventId ?? this.lastEventId;
    this.#consumers.add(consumer);
    this.#settle();
  }

  leave(consumer: Consumer): void {
    if (!this.#consumers.delete(consumer)) return;
    if (this.#consumers.size === 0) this.#onDeserted();
    this.#settle();
  }

  push(event: E, lastEventId: string): void {
    this.#entries.push({ event, lastEventId });
    while (this.waiting > this.#options.dropAt) this.#drop();
  }

  /** A block without an event to hand on set the last event ID. */
  pushId(lastEventId: string): void {
    const newest = this.#entries.at(-1);
    if (newest !== undefined) newest.lastEventId = lastEventId;
    else if (this.#consumers.size === 0) this.lastEventId = lastEventId;
    for (const consumer of this.#consumers) {
      if (consumer.position === this.#next)
        this.#took(consumer, lastEventId, consumer.done === consumer.position);
    }
    this.#settle();
  }

  /** Hands on what was pushed: once per chunk, so that `batches()` gets it whole. */
  flush(): void {
    for (const consumer of [...this.#consumers]) consumer.wake();
    this.#settle();
  }

  /** The next events, `count` at most. */
  take(consumer: Consumer, count = Infinity): E[] {
    const from = consumer.position - this.#start;
    const entries = this.#entries.slice(from, from + count);
    const last = entries.at(-1);
    if (last !== undefined) {
      this.#took(consumer, consumer.taken, true); // who takes the next is done with the ones before
      consumer.position += entries.length;
      this.#took(consumer, last.lastEventId, !this.#options.ack);
      this.#settle();
    }
    return entries.map(({ event }) => event);
  }

  has(consumer: Consumer): boolean {
    return consumer.position < this.#next;
  }

  /** How many events the slowest consumer has still to take. */
  get waiting(): number {
    return this.#next - this.#slowest;
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
    for (const consumer of this.#consumers) consumer.position = consumer.done = this.#start;
    this.end(undefined);
  }

  /**
   * Resolves when there is room and a wish for more. A call takes the place of an earlier one, which then never resolves.
   */
  demand(): Promise<void> {
    return new Promise((resolve) => {
      this.#onDemand = resolve;
      this.#settle();
    });
  }

  /** To be called by a consumer that has begun to ask: it is done with what it has taken. */
  asked(consumer: Consumer): void {
    this.#took(consumer, consumer.taken, true);
    this.#settle();
  }

  get #next(): number {
    return this.#start + this.#entries.length;
  }

  get #slowest(): number {
    let slowest = this.#next;
    for (const { position } of this.#consumers) slowest = Math.min(slowest, position);
    return slowest;
  }

  #took(consumer: Consumer, lastEventId: string, isDone: boolean): void {
    consumer.taken = lastEventId;
    if (!isDone) return;
    consumer.id = lastEventId;
    consumer.done = consumer.position;
  }

  #drop(): void {
    const slowest = this.#slowest;
    const { lastEventId } = this.#entries[slowest - this.#start] as Entry<E>;
    for (const consumer of this.#consumers) {
      if (consumer.position > slowest) continue;
      const isDone = consumer.done === consumer.position;
      consumer.position += 1;
      this.#took(consumer, lastEventId, isDone);
    }
    this.#entries.splice(0, slowest + 1 - this.#start);
    this.#start = slowest + 1;
    this.dropped += 1;
  }

  /** Moves `lastEventId` on with the slowest consumer, forgets what all have taken, and looks for demand. */
  #settle(): void {
    if (this.#consumers.size === 0) {
      this.#forget(); // taken by nobody: the id stays
      return;
    }
    let first: Consumer | undefined;
    let asking = false;
    for (const consumer of this.#consumers) {
      if (first === undefined || consumer.done < first.done) first = consumer;
      asking ||= consumer.asking;
    }
    this.lastEventId = first?.id ?? '';
    const { waiting } = this;
    if (waiting === 0) this.#forget();
    const { pauseAt } = this.#options;
    if (pauseAt === undefined ? waiting > 0 || !asking : waiting >= pauseAt) return;
    this.#onDemand?.();
    this.#onDemand = undefined;
  }

  #forget(): void {
    this.#start = this.#next;
    this.#entries = [];
  }
}
