import type { Consumer, EventQueue } from './event-queue';

interface Waiter<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: unknown): void;
}

/** One `for await` over a queue. Concurrent `next()` calls are answered in the order in which they came. */
export class EventIterator<E, T> implements Consumer, AsyncIterableIterator<T> {
  position = 0;
  done = 0;
  id = '';
  taken = '';
  readonly #queue: EventQueue<E>;
  readonly #take: (consumer: Consumer) => T;
  readonly #waiters: Waiter<T>[] = [];
  #finished = false;

  constructor(queue: EventQueue<E>, take: (consumer: Consumer) => T) {
    this.#queue = queue;
    this.#take = take;
    queue.join(this);
  }

  get asking(): boolean {
    return this.#waiters.length > 0;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T>> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.wake();
      if (this.asking) this.#queue.asked(this);
    });
  }

  return(): Promise<IteratorResult<T>> {
    this.#finish(undefined);
    return Promise.resolve({ done: true, value: undefined });
  }

  wake(): void {
    const queue = this.#queue;
    while (this.asking && !this.#finished && queue.has(this)) {
      const waiter = this.#waiters.shift();
      waiter?.resolve({ done: false, value: this.#take(this) });
    }
    if (this.#finished) this.#finish(undefined);
    else if (queue.ended !== undefined && this.asking) {
      queue.asked(this); // it is done with what it had
      this.#finish(queue.ended.error);
    }
  }

  /** The first waiter learns of the error, once; all others that there is nothing more. */
  #finish(error: unknown): void {
    this.#finished = true;
    const waiters = this.#waiters.splice(0);
    if (error !== undefined) waiters.shift()?.reject(error);
    for (const waiter of waiters) waiter.resolve({ done: true, value: undefined });
    this.#queue.leave(this);
  }
}
