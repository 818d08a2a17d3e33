/** A list that grows at its end and shrinks at its beginning. Each costs the same, however long it is. */
export class SlidingList<T> {
  #items: (T | undefined)[] = [];
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  get first(): T | undefined {
    return this.#items[this.#start];
  }

  /** Counted from the first. */
  at(index: number): T | undefined {
    return this.#items[this.#start + index];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): void {
    this.#items[this.#start++] = undefined;
    // Moved together only when half of it is empty: each item is moved once on average.
    if (this.#start <= 32 || this.#start * 2 <= this.#items.length) return;
    this.#items = this.#items.slice(this.#start);
    this.#start = 0;
  }

  /** As an array's, for indices that are not negative. */
  slice(from: number, to: number): T[] {
    return this.#items.slice(this.#start + from, this.#start + to) as T[];
  }
}
