import type { ChunkSource } from './chunk-source';
import { createParser } from './create-parser';
import type {
  Chunk,
  EventStreamMessage,
  EventStreamParser,
  ParserHandlers,
  ParserOptions,
} from './event-stream-parser';
import { checkParseOptions } from './options';

export interface ParseOptions extends ParserOptions, Omit<ParserHandlers, 'onEvent'> {
  /**
   * Dispatch the block that the end of the stream leaves unfinished. The Standard, and the default, discard
   * it.
   */
  flush?: boolean | undefined;
  /** Aborting cancels the source and drops what is queued; the iteration then throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

type Result<T> = IteratorResult<T, undefined>;

/** Boxed, since anything can be thrown, undefined too. */
interface Failure {
  error: unknown;
}

/** Somebody who waits for an event or a batch. */
interface Waiter {
  /** Undefined: there is nothing yet. */
  take(): Result<unknown> | undefined;
  resolve(result: Result<unknown>): void;
  reject(error: unknown): void;
}

/**
 * The events of a source. A chunk is read only when somebody waits and no event is left, so that a slow
 * reader slows the source down. Not an async generator: an event that is there costs one resolved promise,
 * several can be awaited at once, and leaving does not have to wait for the source's next chunk.
 */
export class EventIterator implements AsyncIterableIterator<EventStreamMessage> {
  readonly #source: ChunkSource;
  readonly #parser: EventStreamParser;
  readonly #flush: boolean;
  readonly #signal: AbortSignal | undefined;

  /**
   * Events that were read; those from `taken` on wait. An object, so that the parser's handler reaches it at
   * once.
   */
  readonly #queue: { events: EventStreamMessage[]; taken: number } = { events: [], taken: 0 };
  /** In the order in which they came. */
  #waiters: Waiter[] = [];
  /** Without it, the second of two waiters would start a second read. */
  #reading = false;
  /** No chunk is wanted any more. The queue, then the failure, may still have to be handed out. */
  #over = false;
  #failure: Failure | undefined;

  constructor(openSource: () => ChunkSource, options: ParseOptions = {}) {
    checkParseOptions(options);
    const { flush = false, signal, maxEventSize, lastEventId } = options;
    const queue = this.#queue;
    this.#parser = createParser(
      {
        ...options,
        onEvent(event) {
          queue.events.push(event);
        },
      },
      { maxEventSize, lastEventId },
    );
    this.#flush = flush;
    this.#signal = signal;
    // Only now, so that an invalid option does not leave the source locked.
    this.#source = openSource();
    if (this.#signal?.aborted) this.#abort();
    else this.#signal?.addEventListener('abort', this.#abort);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result<EventStreamMessage>> {
    // Mostly it is there: without a closure, and a promise of another kind, for each event.
    const ready = this.#waiters.length === 0 ? this.#takeEvent() : undefined;
    return ready === undefined ? this.#wait(() => this.#takeEvent()) : Promise.resolve(ready);
  }

  async return(): Promise<{ done: true; value: undefined }> {
    await this.#leave(undefined, undefined);
    return { done: true, value: undefined };
  }

  async throw(error?: unknown): Promise<never> {
    await this.#leave(error, undefined).catch(() => {});
    throw error;
  }

  batches(): AsyncIterableIterator<EventStreamMessage[]> {
    const batches = {
      next: () => this.#wait(() => this.#takeBatch()),
      return: () => this.return(),
      throw: (error?: unknown) => this.throw(error),
      [Symbol.asyncIterator]: () => batches,
    };
    return batches;
  }

  #wait<T>(take: () => Result<T> | undefined): Promise<Result<T>> {
    return new Promise<Result<T>>((resolve, reject) => {
      this.#waiters.push({ take, resolve: (result) => resolve(result as Result<T>), reject });
      this.#serve();
      if (!this.#reading) void this.#read();
    });
  }

  #takeEvent(): Result<EventStreamMessage> | undefined {
    const queue = this.#queue;
    const value = queue.events[queue.taken];
    if (value === undefined) return undefined;
    queue.taken += 1;
    if (queue.taken === queue.events.length) this.#clear();
    return { done: false, value };
  }

  #takeBatch(): Result<EventStreamMessage[]> | undefined {
    const { events, taken } = this.#queue;
    if (events.length === 0) return undefined;
    this.#clear();
    return { done: false, value: taken === 0 ? events : events.slice(taken) };
  }

  #clear(): void {
    this.#queue.events = [];
    this.#queue.taken = 0;
  }

  /** Hands out what is there; after the last event the failure, once, and then the end. */
  #serve(): void {
    for (let waiter = this.#waiters[0]; waiter !== undefined; waiter = this.#waiters[0]) {
      const result = waiter.take();
      if (result === undefined && !this.#over) return;
      this.#waiters.shift();
      const failure = this.#failure;
      if (result !== undefined) {
        waiter.resolve(result);
      } else if (failure !== undefined) {
        this.#failure = undefined;
        waiter.reject(failure.error);
      } else {
        waiter.resolve({ done: true, value: undefined });
      }
    }
  }

  /** Reads for as long as somebody waits. Never rejects. */
  async #read(): Promise<void> {
    this.#reading = true;
    while (this.#waiters.length > 0 && !this.#over) {
      await this.#readChunk();
      this.#serve();
    }
    this.#reading = false;
  }

  async #readChunk(): Promise<void> {
    let result: IteratorResult<unknown>;
    try {
      result = await this.#source.next();
    } catch (error) {
      if (this.#stop({ error })) this.#source.release();
      return;
    }
    // Somebody has left while it was awaited.
    if (this.#over) return;
    let failure: Failure | undefined;
    try {
      if (result.done) this.#parser.end({ flush: this.#flush });
      else this.#parser.feed(result.value as Chunk);
    } catch (error) {
      // The events before it stay in the queue, and are handed out first.
      failure = { error };
    }
    // One of the other handlers has left: the events behind are dropped too.
    if (this.#over) this.#clear();
    if (result.done) {
      if (this.#stop(failure)) this.#source.release();
    } else if (failure !== undefined && this.#stop(failure)) {
      this.#source.cancel(failure.error).catch(() => {});
    }
  }

  /** From now on no chunk is wanted. False if that was so before. */
  #stop(failure: Failure | undefined): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#failure = failure;
    this.#signal?.removeEventListener('abort', this.#abort);
    return true;
  }

  /**
   * Ends the iteration from outside: what is queued is dropped, who waits is told, the source is cancelled.
   */
  async #leave(reason: unknown, failure: Failure | undefined): Promise<void> {
    const wasReading = this.#stop(failure);
    // Nobody is left to be told of an error that an end from within still had to throw.
    this.#failure = failure;
    this.#clear();
    this.#serve();
    if (wasReading) await this.#source.cancel(reason);
  }

  // Listens only until #stop.
  readonly #abort = (): void => {
    const error: unknown = this.#signal?.reason;
    this.#leave(error, { error }).catch(() => {});
  };
}
