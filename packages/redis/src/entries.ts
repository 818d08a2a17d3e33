import { encodeTexts } from '@eventwire/options';
import type { LoggedEvent } from '@eventwire/server';
import { fromEntry, textOf, type Unframed } from './entry-fields';
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

  /** @param idOf the id of an event from that of its entry */
  read(entries: readonly Entry[], idOf: (entry: string) => string): LoggedEvent[] {
    const read = entries.map(({ id, fields }) => this.#read(fields, idOf(id)));
    const frames = encodeTexts(read.map(({ text }) => text));
    return read.map(({ event }, n) => ({ ...event, frame: frames[n] as Uint8Array }));
  }

  /** An event without data, in the place of what is passed over, moves readers on. */
  #read(fields: Entry['fields'], id: string): { event: Unframed; text: string } {
    try {
      return withText(fromEntry(fields, id));
    } catch (cause) {
      this.#tell(id, cause);
      return withText(fromEntry(['event', '{}'], id));
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

function withText(event: Unframed): { event: Unframed; text: string } {
  return { event, text: textOf(event) };
}
