import type { EventStreamSink } from './event-stream-sink';

/** Whether there is room for more bytes on the way to the client, and the wait for it. */
export class Room {
  readonly #sink: EventStreamSink;
  readonly #highWaterMark: number;
  #waiters: (() => void)[] = [];
  #over = false;

  constructor(sink: EventStreamSink, highWaterMark: number) {
    this.#sink = sink;
    this.#highWaterMark = highWaterMark;
  }

  /** With a mark of 0 it is full until everything has gone. Once the stream is over, nobody has to wait. */
  get full(): boolean {
    const { pending } = this.#sink;
    return !this.#over && pending > 0 && pending >= this.#highWaterMark;
  }

  async wait(): Promise<void> {
    while (this.full) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** The sink has less pending. */
  drained(): void {
    if (this.#waiters.length === 0 || this.full) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }

  finish(): void {
    this.#over = true;
    this.drained();
  }
}
