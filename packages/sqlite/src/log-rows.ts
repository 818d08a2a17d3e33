import { randomName } from '@eventwire/options';
import type { LogEnd, LoggedEvent } from '@eventwire/server';
import { unpack } from './packed-events';
import { RowCache } from './row-cache';
import type { Driver, Row } from './sqlite-database';

/** A log, or a run, as it is kept. */
export interface LogRow {
  readonly id: number;
  readonly name: string;
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

/** Rows of events that are read together at most. The first row by itself, which tells how much one holds. */
const MOST_ROWS = 256;
/** Bytes of events, beyond which no more rows are read together than before. */
const SMALL = 65_536;

/** The SQL of logs. All of it is to be called within a transaction. */
export class LogRows {
  readonly #driver: Driver;
  #joins = true;
  readonly kept: RowCache<LogRow>;

  constructor(driver: Driver) {
    this.#driver = driver;
    this.kept = new RowCache(driver);
  }

  /** A change has to be saved within the same transaction, but for what events change: they tell it. */
  find(name: string): LogRow | undefined {
    const kept = this.kept.get(name);
    if (kept) return kept;
    const [found]: unknown[] = this.#driver.all('SELECT * FROM eventwire_logs WHERE name = ?', name);
    if (!found) return undefined;
    const row = found as LogRow;
    const since =
      'SELECT last, added FROM eventwire_events WHERE log = ? AND last > ? ORDER BY last DESC LIMIT 1';
    const [newest] = this.#driver.all(since, row.id, row.seq);
    if (newest) renew(row, newest.last as number, newest.added as number);
    this.kept.set(name, row);
    return row;
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

  /** Removes a log and all that it has. */
  delete({ id, name }: LogRow): void {
    this.kept.delete(name);
    for (const table of ['events', 'keys', 'wire_ids']) {
      this.#driver.run(`DELETE FROM eventwire_${table} WHERE log = ?`, id);
    }
    this.#driver.run('DELETE FROM eventwire_logs WHERE id = ?', id);
  }

  /** The events up to the number `last`, as one row. */
  addEvents(row: LogRow, last: number, json: readonly string[]): void {
    const now = Date.now();
    const sql = 'INSERT INTO eventwire_events (log, last, added, body) VALUES (?, ?, ?, ?)';
    this.#driver.run(sql, row.id, last, now, `[${json.join(',')}]`);
    renew(row, last, now);
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
    const events: LoggedEvent[] = [];
    let [from, bytes, count] = [after, 0, 1];
    while (from < row.seq) {
      const joined = this.#rowsAfter(row, from, count);
      if (!joined) break;
      const { first, values } = valuesOf(joined);
      for (let n = Math.max(0, after + 1 - first); n < values.length; n++) {
        const event = unpack(values[n], prefix, first + n);
        bytes += event.frame.byteLength;
        if (events.length > 0 && bytes > maxBytes) return events;
        events.push(event);
        if (events.length >= limit) return events;
      }
      from = joined.last as number;
      // As many as hold what is left, if the others are like these; but large events, few at a time.
      const left = Math.ceil(((limit - events.length) * count) / values.length);
      if (bytes < SMALL) count = Math.min(left, MOST_ROWS);
    }
    return events;
  }

  /** The next rows, joined to one, which costs half of what each would by itself. */
  #rowsAfter(row: LogRow, from: number, count: number): Row | undefined {
    const rows = 'SELECT last, body FROM eventwire_events WHERE log = ? AND last > ? ORDER BY last LIMIT ?';
    if (this.#joins) {
      const bodies = "group_concat(substr(body, 2, length(body) - 2), ',' ORDER BY last)";
      try {
        const sql = `SELECT max(last) AS last, '[' || ${bodies} || ']' AS body FROM (${rows})`;
        const [joined] = this.#driver.all(sql, row.id, from, count);
        return joined?.last === null ? undefined : joined;
      } catch {
        // SQLite before 3.44 knows no order in it.
        this.#joins = false;
      }
    }
    return this.#driver.all(rows, row.id, from, 1)[0];
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

  /** Names of the runs that have expired, or have ended since their producer has been gone for long. */
  overdue(now: number): string[] {
    const added = `SELECT max(added) FROM eventwire_events
      WHERE log = eventwire_logs.id AND last > seq`;
    const sql = `SELECT name FROM eventwire_logs WHERE expires <= ? OR
      (lease > 0 AND outcome IS NULL AND max(until, ifnull((${added}), 0) + lease) + lease <= ?) LIMIT 200`;
    return this.#driver.all(sql, now, now).map(({ name }) => String(name));
  }
}

/** An event was added, which renews the lease. */
function renew(row: LogRow, seq: number, now: number): void {
  row.seq = seq;
  row.until = Math.max(row.until, now + row.lease);
}

function valuesOf({ last, body }: Row): { first: number; values: readonly unknown[] } {
  const values = JSON.parse(String(body)) as readonly unknown[];
  return { first: (last as number) - values.length + 1, values };
}
