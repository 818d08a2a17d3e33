import type { LogPage } from '../event-log';

interface Tail {
  /** The newest number that it has been given, or need not be. */
  seq: number;
  readonly listener: (batch: LogPage) => void;
  readonly signal: AbortSignal;
}

/** All that follow one memory log. */
export class Tails {
  readonly #pageAfter: (seq: number) => LogPage;
  readonly #newest: () => number;
  readonly #all = new Set<Tail>();
  #notifying = false;

  constructor(pageAfter: (seq: number) => LogPage, newest: () => number) {
    this.#pageAfter = pageAfter;
    this.#newest = newest;
  }

  /** @param page what it is given first; it reaches up to `seq` */
  add(seq: number, page: LogPage, listener: Tail['listener'], signal: AbortSignal): void {
    const tail = { seq, listener, signal };
    this.#all.add(tail);
    signal.addEventListener('abort', () => this.#all.delete(tail), { once: true });
    if (page.gap || page.end || page.events.length > 0) call(tail, page);
  }

  /**
   * A listener may append. The call that is notifying goes round again then, so that all hear of everything
   * in order.
   */
  notify(): void {
    if (this.#notifying) return;
    this.#notifying = true;
    for (let again = true; again; ) {
      again = false;
      for (const tail of this.#all) {
        const { seq } = tail;
        if (seq >= this.#newest()) continue;
        again = true;
        tail.seq = this.#newest();
        call(tail, this.#pageAfter(seq));
      }
    }
    this.#notifying = false;
  }
}

/**
 * A listener that throws breaks its promise: said aloud, and kept from whoever appends and from the other
 * listeners.
 */
function call(tail: Tail, page: LogPage): void {
  if (tail.signal.aborted) return;
  try {
    tail.listener(page);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
