import type { LoggedEvent, LogPage } from '@eventwire/server';
import type { Waiter } from './database';
import { END_TYPE } from './packed-events';

interface Source {
  page(after: string): LogPage;
  /** The events that the transaction being told of has added. */
  added(): readonly LoggedEvent[];
}

/** One that follows a log: given what is there, then what comes, in order. */
export class Follower implements Waiter {
  #place: string;
  readonly #listener: (batch: LogPage) => void;
  readonly #signal: AbortSignal;
  readonly #source: Source;
  #knowsEnd = false;
  #isReading = false;

  constructor(place: string, listener: (batch: LogPage) => void, signal: AbortSignal, source: Source) {
    this.#place = place;
    this.#listener = listener;
    this.#signal = signal;
    this.#source = source;
  }

  /** @throws SqliteLogError */
  begin(): void {
    this.#isReading = true;
    try {
      this.#readOn();
    } finally {
      this.#isReading = false;
    }
  }

  look(): void {
    // A listener may append: what it appends is read by the loop that calls it.
    if (this.#isReading) return;
    try {
      this.begin();
    } catch {
      // The log is gone, or cannot be read now: looked at again after the next commit.
    }
  }

  #readOn(): void {
    while (!this.#signal.aborted) {
      const page = this.#next();
      const { events, gap, end } = page;
      const last = events.at(-1);
      const ends = end !== undefined && !this.#knowsEnd;
      this.#knowsEnd = end !== undefined;
      if (last) this.#place = last.id;
      if (!last && !gap && !ends) return;
      this.#tell(page);
      if (!last) return;
    }
  }

  /** As a rule the events that were just added follow directly, and need not be read. */
  #next(): LogPage {
    const added = this.#source.added();
    const [first] = added;
    const last = added.at(-1);
    if (first && last && this.#isBefore(first) && last.event.type !== END_TYPE) {
      return { events: [...added], gap: false };
    }
    return this.#source.page(this.#place);
  }

  #isBefore({ id }: LoggedEvent): boolean {
    const dot = id.lastIndexOf('.') + 1;
    return this.#place === `${id.slice(0, dot)}${Number(id.slice(dot)) - 1}`;
  }

  #tell(page: LogPage): void {
    try {
      this.#listener(page);
    } catch (error) {
      // Its promise was not to throw: said aloud, and kept from whoever appends.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
