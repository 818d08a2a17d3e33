import { startTimer, type Timer } from './timer';

/**
 * Calls `beat` after `interval` ms without `touch()`. A write costs a look at the clock only: the timer runs on, and is set anew
 * for what is left when it fires.
 */
export class Heartbeat {
  readonly #interval: number;
  readonly #beat: () => void;
  #last = performance.now();
  #timer: Timer;

  constructor(interval: number, beat: () => void) {
    this.#interval = interval;
    this.#beat = beat;
    this.#timer = startTimer(this.#check, interval);
  }

  touch(): void {
    this.#last = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #check = (): void => {
    const left = Math.ceil(this.#last + this.#interval - performance.now());
    // Set before the beat, which may stop it.
    this.#timer = startTimer(this.#check, left > 0 ? left : this.#interval);
    if (left > 0) return;
    this.#last = performance.now();
    this.#beat();
  };
}
