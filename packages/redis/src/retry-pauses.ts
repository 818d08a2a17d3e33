const FIRST = 100;
const LONGEST = 2000;

/** The pauses between attempts to reach Redis: each twice as long as the one before, until an attempt succeeds. */
export class RetryPauses {
  #next = FIRST;
  #end: () => void = () => {};

  /** An attempt has succeeded. */
  reset(): void {
    this.#next = FIRST;
  }

  /** Settles after the pause, or once it is ended. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#next);
      this.#next = Math.min(this.#next * 2, LONGEST);
      this.#end = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends the pause under way, if there is one. */
  end(): void {
    this.#end();
  }
}
