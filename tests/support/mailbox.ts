/** What arrives, in order, for a test that waits for one after the other. */
export class Mailbox<T> {
  readonly #what: string;
  readonly #items: T[] = [];
  #waiting: (() => void) | undefined;

  constructor(what: string) {
    this.#what = what;
  }

  /** Those that nobody has taken. */
  get size(): number {
    return this.#items.length;
  }

  put(item: T): void {
    this.#items.push(item);
    this.#waiting?.();
  }

  async take(): Promise<T> {
    if (this.#items.length === 0) await this.#arrival();
    return this.#items.shift() as T;
  }

  #arrival(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Waited 20 s for ${this.#what}`)), 20_000);
      this.#waiting = () => {
        clearTimeout(timer);
        this.#waiting = undefined;
        resolve();
      };
    });
  }
}
