import type { LoggedEvent } from '@eventwire/server';
import { fromEntry } from './entry-fields';
import { RedisLogError } from './redis-log-error';
import type { Entry } from './replies';

/** How many entries are known to have been told. */
const TOLD = 1000;

/** Turns entries into events. Entries that no log has written are passed over, and reported once. */
export class Entries {
  readonly #key: string;
  readonly #onError: (error: unknown) => void;
  readonly #told = new Set<string>();

  constructor({ key, onError }: { readonly key: string; readonly onError: (error: unknown) => void }) {
    this.#key = key;
    this.#onError = onError;
  }

  /** An event without data, in the place of what is passed over, moves readers on. */
  read({ fields }: Entry, id: string): LoggedEvent {
    try {
      return fromEntry(fields, id);
    } catch (cause) {
      this.#tell(id, cause);
      return fromEntry(new Map([['event', '{}']]), id);
    }
  }

  #tell(id: string, cause: unknown): void {
    if (this.#told.has(id)) return;
    if (this.#told.size === TOLD) this.#told.clear();
    this.#told.add(id);
    const message = `The entry ${id} of ${JSON.stringify(this.#key)} was not written by this log, and is passed over: give the log a key of its own`;
    this.#onError(new RedisLogError('UNEXPECTED_REPLY', message, { cause }));
  }
}
