import type { EventStreamSink } from './event-stream-sink';

/** Whether there is room for more bytes on the way to the client, and the wait for it. */
export class Backpressure {
  readonly #sink: EventStreamSink;
  readonly #highWaterMark: number;
  /** None as long as nobody waits. */
  #waiters: (() => void)[] | undefined;
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

  /** Bytes until it is full. */
  get room(): number {
    return this.#highWaterMark - this.#sink.pending;
  }

  async wait(): Promise<void> {
    while (this.full) {
      await new Promise<void>((resolve) => {
        this.#waiters ??= [];
        this.#waiters.push(resolve);
      });
    }
  }

  /** The sink has less pending. */
  drained(): void {
    const waiters = this.#waiters;
    if (!waiters || this.full) return;
    this.#waiters = undefined;
    for (const resolve of waiters) resolve();
  }

  finish(): void {
    this.#over = true;
    this.drained();
  }
}
