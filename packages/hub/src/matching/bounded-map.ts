/** A map that forgets the entries that were added first once it is full. */
export class BoundedMap<K, V> {
  /** Entries at most. Fewer than there are count from the next one on that is added. */
  max: number;
  readonly #entries = new Map<K, V>();

  constructor(max: number) {
    this.max = max;
  }

  /** The value of this key; one that is missing is made, and kept. */
  obtain(key: K, make: () => V): V {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const made = make();
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < this.max) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, made);
    return made;
  }
}
