import type { Consumer, EventQueue } from './event-queue';
import { isThenable, report } from './user-code';

/** `onEvent` as a consumer: one event after the other, each awaited. It never leaves. */
export class EventCallback<E> implements Consumer {
  position = 0;
  done = 0;
  id = '';
  taken = '';
  readonly #queue: EventQueue<E>;
  readonly #callback: (event: E) => unknown;
  #busy = false;
  #onIdle: (() => void) | undefined; // one slot, as for the queue's demand

  constructor(queue: EventQueue<E>, callback: (event: E) => unknown) {
    this.#queue = queue;
    this.#callback = callback;
    queue.join(this);
  }

  get asking(): boolean {
    return !this.#busy;
  }

  wake(): void {
    if (!this.#busy) void this.#deliver();
  }

  /** Resolves when every event so far has been handled; undefined if that is so already. */
  idle(): Promise<void> | undefined {
    if (!this.#busy) return undefined;
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  // Stays in one synchronous run as long as the callback returns no promise.
  async #deliver(): Promise<void> {
    this.#busy = true;
    while (this.#queue.has(this)) {
      const [event] = this.#queue.take(this, 1) as [E];
      try {
        const result = this.#callback(event);
        if (isThenable(result)) await result;
      } catch (error) {
        report(error);
      }
    }
    this.#busy = false;
    this.#onIdle?.();
    this.#onIdle = undefined;
    this.#queue.asked(this);
  }
}
