import { afterThisTurn, startTimer, type TimerHandle } from '@eventwire/options';
import type { EventStreamSink } from '../event-stream-sink';

/**
 * Notices a client that takes nothing: calls `stalled` when bytes have been pending for `patience` ms and
 * none has gone out. The timer runs only while something is pending.
 */
export class WriteTimeout {
  readonly #sink: EventStreamSink;
  readonly #patience: number;
  readonly #stalled: () => void;
  /** Bytes written while something was pending. All that was written before is taken once that is. */
  #written = 0;
  #taken = 0;
  #timer: TimerHandle | undefined;

  constructor(sink: EventStreamSink, patience: number, stalled: () => void) {
    this.#sink = sink;
    this.#patience = patience;
    this.#stalled = stalled;
  }

  /** To be called after a write that has left something pending. */
  onPending(bytes: number): void {
    this.#written += bytes;
    if (this.#timer === undefined) this.#look();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.#taken = this.#written - this.#sink.pending;
    const timer = startTimer(() => {
      if (!this.#isStuck()) return this.#lookAgain();
      // Where this process was busy, it hears only in the turn that begins now what was taken meanwhile.
      afterThisTurn(() => {
        if (this.#timer !== timer) return;
        if (this.#isStuck()) this.#stalled();
        else this.#lookAgain();
      });
    }, this.#patience);
    this.#timer = timer;
  }

  #lookAgain(): void {
    this.#timer = undefined;
    if (this.#sink.pending > 0) this.#look();
  }

  #isStuck(): boolean {
    const { pending } = this.#sink;
    return pending > 0 && this.#written - pending <= this.#taken;
  }
}
