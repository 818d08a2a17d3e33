import { randomName } from '@eventwire/options';
import type { LogEnd, LoggedEvent } from '@eventwire/server';
import { unpack } from './packed-events';
import type { Driver, Row } from './sqlite-database';

/** A log, or a run, as it is kept. */
export interface LogRow {
  readonly id: number;
  readonly epoch: string;
  seq: number;
  removed: number;
  term: number;
  outcome: LogEnd['outcome'] | null;
  reason: string | null;
  attempt: number;
  lease: number;
  ttl: number;
  until: number;
  stopping: string | null;
  expires: number | null;
}

/** Rows of events that are looked at together. */
const MOST_ROWS = 256;

/** The SQL of logs. All of it is to be called within a transaction. */
export class LogRows {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  find(name: string): LogRow | undefined {
    const [row]: unknown[] = this.#driver.all('SELECT * FROM eventwire_logs WHERE name = ?', name);
    return row as LogRow | undefined;
  }

  create(name: string): LogRow {
    this.#driver.run('INSERT INTO eventwire_logs (name, epoch) VALUES (?, ?)', name, randomName());
    return this.find(name) as LogRow;
  }

  save(row: LogRow): void {
    this.#driver.run(
      `UPDATE eventwire_logs SET seq = ?, removed = ?, term = ?, outcome = ?, reason = ?, attempt = ?, lease = ?,
        ttl = ?, until = ?, stopping = ?, expires = ? WHERE id = ?`,
      ...[row.seq, row.removed, row.term, row.outcome, row.reason, row.attempt, row.lease],
      ...[row.ttl, row.until, row.stopping, row.expires, row.id],
    );
  }

  /** As `save`, if nothing has changed but what every event changes. */
  saveAdded({ seq, until, id }: LogRow): void {
    this.#driver.run('UPDATE eventwire_logs SET seq = ?, until = ? WHERE id = ?', seq, until, id);
  }

  /** Removes a log and all that it has. */
  delete({ id }: Pick<LogRow, 'id'>): void {
    for (const table of ['events', 'keys', 'wire_ids']) {
      this.#driver.run(`DELETE FROM eventwire_${table} WHERE log = ?`, id);
    }
    this.#driver.run('DELETE FROM eventwire_logs WHERE id = ?', id);
  }

  /** The events up to the number `last`, as one row. */
  addEvents(row: LogRow, last: number, json: readonly string[]): void {
    const sql = 'INSERT INTO eventwire_events (log, last, body) VALUES (?, ?, ?)';
    this.#driver.run(sql, row.id, last, `[${json.join(',')}]`);
  }

  keyed(row: LogRow, key: string): number | undefined {
    const sql = 'SELECT seq FROM eventwire_keys WHERE log = ? AND key = ?';
    return this.#driver.all(sql, row.id, JSON.stringify(key))[0]?.seq as number | undefined;
  }

  addKey(row: LogRow, key: string, seq: number): void {
    const sql = 'INSERT INTO eventwire_keys (log, key, seq) VALUES (?, ?, ?)';
    this.#driver.run(sql, row.id, JSON.stringify(key), seq);
  }

  addWireId(row: LogRow, wireId: string, seq: number): void {
    const sql = 'INSERT INTO eventwire_wire_ids (log, id, seq) VALUES (?, ?, ?)';
    this.#driver.run(sql, row.id, JSON.stringify(wireId), seq);
  }

  /** The number of the oldest event held with this id of its publisher's. */
  locate(row: LogRow, wireId: string): number | undefined {
    const sql = 'SELECT min(seq) AS seq FROM eventwire_wire_ids WHERE log = ? AND id = ? AND seq > ?';
    const found = this.#driver.all(sql, row.id, JSON.stringify(wireId), row.removed)[0]?.seq;
    return typeof found === 'number' ? found : undefined;
  }

  /** Removes whole rows of events, the oldest first, and leaves at least those behind the number `upTo`. */
  trim(row: LogRow, upTo: number): void {
    const newest = 'SELECT max(last) AS last FROM eventwire_events WHERE log = ? AND last <= ?';
    const last = this.#driver.all(newest, row.id, upTo)[0]?.last;
    if (typeof last !== 'number') return;
    this.#driver.run('DELETE FROM eventwire_events WHERE log = ? AND last <= ?', row.id, last);
    for (const table of ['keys', 'wire_ids']) {
      this.#driver.run(`DELETE FROM eventwire_${table} WHERE log = ? AND seq <= ?`, row.id, last);
    }
    row.removed = last;
  }

  /** The events behind a number, so many of them and so many bytes of frames at most, but at least one. */
  eventsAfter(row: LogRow, prefix: string, after: number, limit: number, maxBytes: number): LoggedEvent[] {
    const sql = 'SELECT last, body FROM eventwire_events WHERE log = ? AND last > ? ORDER BY last LIMIT ?';
    const events: LoggedEvent[] = [];
    let bytes = 0;
    for (let [from, count] = [after, 8]; ; count = Math.min(count * 2, MOST_ROWS)) {
      const rows = this.#driver.all(sql, row.id, from, count);
      for (const kept of rows) {
        const { first, values } = valuesOf(kept);
        for (let n = Math.max(0, after + 1 - first); n < values.length; n++) {
          const event = unpack(values[n], prefix, first + n);
          bytes += event.frame.byteLength;
          if (events.length > 0 && bytes > maxBytes) return events;
          events.push(event);
          if (events.length >= limit) return events;
        }
        from = kept.last as number;
      }
      if (rows.length < count) return events;
    }
  }

  /** The number behind which stand the newest events whose frames are no more than `maxBytes` together. */
  newest(row: LogRow, prefix: string, maxBytes: number): number {
    const sql =
      'SELECT last, body FROM eventwire_events WHERE log = ? AND last < ? ORDER BY last DESC LIMIT 16';
    let bytes = 0;
    for (let before = row.seq + 1; ; ) {
      const rows = this.#driver.all(sql, row.id, before);
      for (const kept of rows) {
        const { first, values } = valuesOf(kept);
        for (let n = values.length - 1; n >= 0; n--) {
          bytes += unpack(values[n], prefix, first + n).frame.byteLength;
          if (bytes > maxBytes) return first + n;
        }
        before = kept.last as number;
      }
      if (rows.length === 0) return row.removed;
    }
  }

  /** Names of the runs that have expired, or whose producer has been gone for so long that they have ended. */
  overdue(now: number): string[] {
    const sql = `SELECT name FROM eventwire_logs
      WHERE expires <= ? OR (lease > 0 AND outcome IS NULL AND until + lease <= ?) LIMIT 200`;
    return this.#driver.all(sql, now, now).map(({ name }) => String(name));
  }
}

function valuesOf({ last, body }: Row): { first: number; values: readonly unknown[] } {
  const values = JSON.parse(String(body)) as readonly unknown[];
  return { first: (last as number) - values.length + 1, values };
}
