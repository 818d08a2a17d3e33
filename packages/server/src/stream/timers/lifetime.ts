import { MAX_TIMER, startTimer, type TimerHandle } from '@eventwire/options';

/** Ms for which the result of `revalidate` is waited for. */
const PATIENCE_MS = 30_000;

/** When a stream that is well has to end all the same. */
export interface LifetimeLimits {
  readonly maxDuration: number | undefined;
  readonly expiresAt: number | undefined;
  readonly revalidate: (() => boolean | Promise<boolean>) | undefined;
  readonly revalidateInterval: number;
}

/** The timers of one stream's life. Calls `over` once at most. */
export class Lifetime {
  readonly #limits: LifetimeLimits;
  readonly #over: () => void;
  readonly #report: (error: unknown) => void;
  #end: TimerHandle | undefined;
  /** Until the next check, or the end of the patience with one. */
  #check: TimerHandle | undefined;
  #stopped = false;

  constructor(limits: LifetimeLimits, over: () => void, report: (error: unknown) => void) {
    this.#limits = limits;
    this.#over = over;
    this.#report = report;
    const {
      maxDuration = Number.POSITIVE_INFINITY,
      expiresAt = Number.POSITIVE_INFINITY,
      revalidate,
    } = limits;
    this.#endAt(Math.min(Date.now() + maxDuration, expiresAt));
    if (revalidate) this.#checkLater();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#end);
    clearTimeout(this.#check);
  }

  /** By the clock on the wall, which goes on while a machine sleeps; a far end takes several timers. */
  #endAt(time: number): void {
    if (time === Number.POSITIVE_INFINITY) return;
    const wait = () => {
      const left = time - Date.now();
      if (left <= 0) this.#finish();
      else this.#end = startTimer(wait, Math.min(left, MAX_TIMER));
    };
    this.#end = startTimer(wait, Math.min(Math.max(time - Date.now(), 0), MAX_TIMER));
  }

  /** The next check is set only once the last one has answered, so that slow ones do not pile up. */
  #checkLater(): void {
    this.#check = startTimer(() => void this.#revalidate(), this.#limits.revalidateInterval);
  }

  async #revalidate(): Promise<void> {
    let valid = false;
    try {
      valid = (await this.#ask()) === true;
    } catch (error) {
      // A client that cannot be shown to be allowed is not.
      this.#report(error);
    }
    clearTimeout(this.#check);
    if (this.#stopped) return;
    if (valid) this.#checkLater();
    else this.#finish();
  }

  #ask(): Promise<boolean | undefined> {
    return new Promise((resolve, reject) => {
      const timedOut = `revalidate has given no result within ${PATIENCE_MS} ms: the stream is closed`;
      this.#check = startTimer(() => reject(new DOMException(timedOut, 'TimeoutError')), PATIENCE_MS);
      Promise.resolve(this.#limits.revalidate?.()).then(resolve, reject);
    });
  }

  #finish(): void {
    if (this.#stopped) return;
    this.stop();
    this.#over();
  }
}
