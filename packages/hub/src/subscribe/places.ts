import type { EventLog, LoggedEvent } from '@eventwire/server';

/** Asks for everything that is held. */
const EARLIEST = 'earliest';

/** Where a subscriber begins. */
export interface Place {
  /** The place in the log behind which its updates begin; empty: from now on. */
  readonly after: string;
  /** The id before its first update, as the response says it; `undefined` if it sent no id. */
  readonly lastEventId: string | undefined;
}

export interface Newest {
  readonly place: string;
  readonly wireId: string;
}

/** Finds places in the log by the ids that clients know. */
export class Places {
  readonly #log: EventLog;
  #prefix: Promise<string | undefined> | undefined;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /**
   * The part that all ids of the log begin with, if they are IRIs; `undefined` if they are none.
   *
   * [spec] RFC 3987: an IRI begins with a scheme.
   */
  prefix(): Promise<string | undefined> {
    this.#prefix ??= this.#readPrefix();
    return this.#prefix;
  }

  /**
   * @param id the last event ID that the client sent; `undefined` if it sent none
   */
  async find(id: string | undefined): Promise<Place> {
    if (id === undefined) return { after: '', lastEventId: undefined };
    if (id === '') {
      const { place, wireId } = await this.newest();
      return { after: place, lastEventId: wireId };
    }
    if (id === EARLIEST) return { after: await this.#beforeOldest(), lastEventId: EARLIEST };
    if (!(await this.#log.read(id, { limit: 1 })).gap) return { after: id, lastEventId: id };
    const located = await this.#log.locate?.(id);
    if (located !== undefined) return { after: located, lastEventId: id };
    // Everything that is held is newer than an id of this log that is lost. Of another id nothing is known: a
    // client that got all of it could get events that it has had.
    const after = (await this.#isOwn(id)) ? await this.#beforeOldest() : await this.#log.lastId();
    return { after, lastEventId: EARLIEST };
  }

  /** The newest place of the log, and the id of the update there; `earliest` if it is not held. */
  async newest(): Promise<Newest> {
    const place = await this.#log.lastId();
    return { place, wireId: await this.#wireIdOf(place) };
  }

  async #readPrefix(): Promise<string | undefined> {
    try {
      return /^[A-Za-z][A-Za-z0-9+.-]*:(?:.*[:/])?/.exec(await this.#log.lastId())?.[0];
    } catch (error) {
      this.#prefix = undefined;
      throw error;
    }
  }

  async #isOwn(id: string): Promise<boolean> {
    // Without a prefix of the log's, the hub names updates by UUIDs.
    return id.startsWith((await this.prefix()) ?? 'urn:uuid:');
  }

  async #beforeOldest(): Promise<string> {
    const oldest = (await this.#log.read('', { limit: 1 })).events[0];
    return oldest ? this.#before(oldest.id) : this.#log.lastId();
  }

  async #wireIdOf(id: string): Promise<string> {
    const { events } = await this.#log.read(this.#before(id), { limit: 1 });
    const event: LoggedEvent | undefined = events[0];
    return event?.id === id ? (event.wireId ?? id) : EARLIEST;
  }

  #before(id: string): string {
    return this.#log.cursorBefore?.(id) ?? id;
  }
}
