import { startTimer, type Timer } from './timer';

/** Who is told that nothing was written for an interval. */
export interface HeartbeatListener {
  idle(): void;
}

/**
 * Calls `idle` after `interval` ms without `touch()`. A write costs a look at the clock only: the timer runs on, and is set anew
 * for what is left when it fires.
 */
export class Heartbeat {
  readonly #interval: number;
  readonly #listener: HeartbeatListener;
  #last = performance.now();
  #timer: Timer;

  constructor(interval: number, listener: HeartbeatListener) {
    this.#interval = interval;
    this.#listener = listener;
    this.#timer = startTimer(check, interval, this);
  }

  touch(): void {
    this.#last = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  check(): void {
    const left = Math.ceil(this.#last + this.#interval - performance.now());
    // Set before the beat, which may stop it.
    this.#timer = startTimer(check, left > 0 ? left : this.#interval, this);
    if (left > 0) return;
    this.#last = performance.now();
    this.#listener.idle();
  }
}

function check(heartbeat: Heartbeat): void {
  heartbeat.check();
}
