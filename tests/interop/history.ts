import { EventEmitter, on } from 'node:events';

export interface Entry {
  id: string;
  text: string;
}

/** All that was published, for servers that leave keeping it to their users. */
export class History {
  readonly #entries: Entry[] = [];
  readonly #added = new EventEmitter().setMaxListeners(0);

  add(text: string): Entry {
    const entry = { id: String(this.#entries.length + 1), text };
    this.#entries.push(entry);
    this.#added.emit('added');
    return entry;
  }

  after(id: string): Entry[] {
    return this.#entries.slice(Number(id || 0));
  }

  /** What came after this id, and what comes from now on. */
  async *follow(id: string, signal: AbortSignal): AsyncGenerator<Entry> {
    let last = id;
    const rest = function* (this: History) {
      for (const entry of this.after(last)) {
        last = entry.id;
        yield entry;
      }
    }.bind(this);
    // Listening before looking, so that nothing falls between.
    const additions = on(this.#added, 'added', { signal });
    try {
      yield* rest();
      for await (const _ of additions) yield* rest();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}
