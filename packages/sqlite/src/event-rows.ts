import type { LoggedEvent } from '@eventwire/server';
import { makeFrames, type StoredEvent, unpack } from './packed-events';
import { LONG, MOST_ARRIVALS, PACKED_CHARACTERS, PACKED_EVENTS } from './packing';
import type { Driver, Row } from './sqlite-database';

/** Rows that are read together at most. The first row by itself, which tells how much one holds. */
const MOST_ROWS = 256;
/** Bytes of events, beyond which no more rows are read together than before. */
const SMALL = 65_536;

/** A log, with the number of its newest event and of the newest that was removed. */
interface Numbers {
  readonly id: number;
  readonly seq: number;
  readonly removed: number;
}

interface Arrival {
  readonly log: number;
  readonly last: number;
  readonly added: number;
  readonly body: string;
}

/**
 * The SQL of the events of all logs. All of it is to be called within a transaction.
 *
 * The events that a turn adds to a log are a row of `eventwire_arrivals` at first. That table is small, so that a
 * turn which adds to a hundred logs writes a few pages of the file and not a hundred. Once it has many rows, they
 * all move to `eventwire_events`, packed, so that a run of many short turns is read as fast as one of few.
 */
export class EventRows {
  readonly #driver: Driver;
  /** As this process counts them: those that it has found, and its own. Undefined until it adds one. */
  #arrivals: number | undefined;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /**
   * @param added when, in ms since 1970
   * @param body the events up to the number `last`, as JSON. A long one is not packed, which would gain nothing.
   */
  add(log: number, last: number, added: number, body: string): void {
    const isLong = body.length >= PACKED_CHARACTERS;
    if (isLong || !this.#driver.packs) {
      // Older events have to come before it.
      this.pack(log);
      this.#insert('events', log, last, added, body);
      return;
    }
    this.#arrivals ??= this.#countArrivals();
    this.#insert('arrivals', log, last, added, body);
    this.#arrivals += 1 + Math.floor(body.length / LONG);
    if (this.#arrivals < MOST_ARRIVALS) return;
    this.#pack();
    this.#arrivals = 0;
  }

  /** Packs what has arrived of a log, since it will be read often, or something else has to come behind it. */
  pack(log: number): void {
    if (this.#driver.packs) this.#pack('WHERE log = ?', log);
  }

  newest(log: number): { last: number; added: number } | undefined {
    const newest = (table: string) =>
      `SELECT * FROM (SELECT last, added FROM eventwire_${table} WHERE log = ? ORDER BY last DESC LIMIT 1)`;
    const sql = `${newest('arrivals')} UNION ALL ${newest('events')} ORDER BY last DESC LIMIT 1`;
    return this.#driver.all(sql, log, log)[0] as { last: number; added: number } | undefined;
  }

  /** Removes rows, the oldest first, and leaves at least those behind the number `upTo`; the newest number removed. */
  trim(log: number, upTo: number): number | undefined {
    let removed: number | undefined;
    for (const table of ['events', 'arrivals']) {
      const newest = `SELECT max(last) AS last FROM eventwire_${table} WHERE log = ? AND last <= ?`;
      const last = this.#driver.all(newest, log, upTo)[0]?.last;
      if (typeof last !== 'number') continue;
      this.#driver.run(`DELETE FROM eventwire_${table} WHERE log = ? AND last <= ?`, log, last);
      removed = last;
    }
    return removed;
  }

  /** The events behind a number, so many of them and so many bytes of frames at most, but at least one. */
  eventsAfter(log: Numbers, prefix: string, after: number, limit: number, maxBytes: number): LoggedEvent[] {
    const sql = inOrder('last > ?');
    const events: LoggedEvent[] = [];
    let [from, bytes, count] = [after, 0, 1];
    while (from < log.seq) {
      const rows = this.#driver.all(sql, log.id, from, log.id, from, count);
      if (rows.length === 0) break;
      const read: StoredEvent[] = [];
      let held = 0;
      for (const row of rows) {
        const { first, values } = valuesOf(row);
        held += values.length;
        const begin = Math.max(0, after + 1 - first);
        // A packed row may hold many more than are asked for.
        const end = Math.min(values.length, begin + limit - events.length - read.length);
        for (let n = begin; n < end; n++) read.push(unpack(values[n], prefix, first + n));
      }
      makeFrames(read);
      for (const event of read) {
        bytes += event.frame.byteLength;
        if (events.length > 0 && bytes > maxBytes) return events;
        events.push(event);
        if (events.length >= limit) return events;
      }
      from = rows.at(-1)?.last as number;
      // As many as hold what is left, if the others are like these; but large events, few at a time.
      const left = Math.ceil(((limit - events.length) * count) / held);
      if (bytes < SMALL) count = Math.min(left, MOST_ROWS);
    }
    return events;
  }

  /** The number behind which stand the newest events whose frames are no more than `maxBytes` together. */
  numberBefore(log: Numbers, prefix: string, maxBytes: number): number {
    const rows = inOrder('last < ?', 'DESC');
    let bytes = 0;
    for (let before = log.seq + 1; ; ) {
      const found = this.#driver.all(rows, log.id, before, log.id, before, 16);
      for (const row of found) {
        const { first, values } = valuesOf(row);
        for (let n = values.length - 1; n >= 0; n--) {
          bytes += unpack(values[n], prefix, first + n).frame.byteLength;
          if (bytes > maxBytes) return first + n;
        }
        before = row.last as number;
      }
      if (found.length === 0) return log.removed;
    }
  }

  #insert(table: 'arrivals' | 'events', log: number, last: number, added: number, body: string): void {
    const sql = `INSERT INTO eventwire_${table} (log, last, added, body) VALUES (?, ?, ?, ?)`;
    this.#driver.run(sql, log, last, added, body);
  }

  #countArrivals(): number {
    const sql = `SELECT sum(1 + length(body) / ${LONG}) AS count FROM eventwire_arrivals`;
    return (this.#driver.all(sql)[0]?.count as number | null) ?? 0;
  }

  /** Moves arrivals, several to a row. @param where which of them */
  #pack(where = '', ...values: number[]): void {
    const sql = `SELECT log, last, added, body FROM eventwire_arrivals ${where} ORDER BY log, last`;
    let packed: Arrival[] = [];
    let characters = 0;
    const put = () => {
      const newest = packed.at(-1);
      if (!newest) return;
      const body = `[${packed.map((arrival) => arrival.body.slice(1, -1)).join(',')}]`;
      this.#insert('events', newest.log, newest.last, newest.added, body);
      [packed, characters] = [[], 0];
    };
    for (const arrival of this.#driver.all(sql, ...values) as unknown[] as Arrival[]) {
      const { log, last, body } = arrival;
      const [oldest] = packed;
      const fits = oldest?.log === log && last - oldest.last < PACKED_EVENTS;
      if (!fits || characters + body.length > PACKED_CHARACTERS) put();
      packed.push(arrival);
      characters += body.length;
    }
    put();
    this.#driver.run(`DELETE FROM eventwire_arrivals ${where}`, ...values);
  }
}

/** Rows of a log, arrivals among them. Takes the log and the number twice, then how many. */
function inOrder(condition: 'last > ?' | 'last < ?', direction: 'ASC' | 'DESC' = 'ASC'): string {
  const from = (table: string) => `SELECT last, body FROM eventwire_${table} WHERE log = ? AND ${condition}`;
  return `${from('events')} UNION ALL ${from('arrivals')} ORDER BY last ${direction} LIMIT ?`;
}

function valuesOf({ last, body }: Row): { first: number; values: readonly unknown[] } {
  const values = JSON.parse(String(body)) as readonly unknown[];
  return { first: (last as number) - values.length + 1, values };
}
