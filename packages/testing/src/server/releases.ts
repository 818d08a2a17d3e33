/** Permissions to go on, and those who wait for one: whichever comes first, none is lost. */
export class Releases {
  #free = 0;
  readonly #waiting = new Set<() => void>();

  add(count: number): void {
    this.#free += count;
    for (const go of this.#waiting) {
      if (this.#free === 0) return;
      this.#free -= 1;
      this.#waiting.delete(go);
      go();
    }
  }

  /** Settles with a permission, or without one once the signal is aborted. */
  next(signal: AbortSignal): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      signal.addEventListener(
        'abort',
        () => {
          this.#waiting.delete(resolve);
          resolve();
        },
        { once: true },
      );
    });
  }
}
