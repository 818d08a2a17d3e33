import { startTimer, type TimerHandle } from '@eventwire/options';

/** The writer, which is told that nothing was written for an interval. */
export interface HeartbeatListener {
  /** When something was written last, in ms of `performance.now()`. */
  readonly lastWrite: number;
  onIdle(): void;
}

/**
 * Calls `onIdle` after `interval` ms without a write. A write has nothing to do with it: the timer runs on,
 * and is set anew for what is left when it fires.
 */
export class Heartbeat {
  readonly #interval: number;
  readonly #listener: HeartbeatListener;
  #timer: TimerHandle;

  constructor(interval: number, listener: HeartbeatListener) {
    this.#interval = interval;
    this.#listener = listener;
    this.#timer = startTimer(check, interval, this);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  check(): void {
    const left = Math.ceil(this.#listener.lastWrite + this.#interval - performance.now());
    // Set before the beat, which may stop it.
    this.#timer = startTimer(check, left > 0 ? left : this.#interval, this);
    if (left <= 0) this.#listener.onIdle();
  }
}

function check(heartbeat: Heartbeat): void {
  heartbeat.check();
}
