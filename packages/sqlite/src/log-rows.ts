import { randomName } from '@eventwire/options';
import type { LogEnd } from '@eventwire/server';
import { EventRows } from './event-rows';
import { RowCache } from './row-cache';
import type { Driver } from './sqlite-database';

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

/** The SQL of logs. All of it is to be called within a transaction. */
export class LogRows {
  readonly #driver: Driver;
  readonly events: EventRows;
  readonly kept: RowCache<LogRow>;

  constructor(driver: Driver) {
    this.#driver = driver;
    this.events = new EventRows(driver);
    this.kept = new RowCache(driver);
  }

  /** A change has to be saved within the same transaction, but for what events change: they tell it. */
  find(name: string): LogRow | undefined {
    const kept = this.kept.get(name);
    if (kept) return kept;
    const [found]: unknown[] = this.#driver.all('SELECT * FROM eventwire_logs WHERE name = ?', name);
    if (!found) return undefined;
    const row = found as LogRow;
    const newest = this.events.newest(row.id);
    if (newest && newest.last > row.seq) renew(row, newest.last, newest.added);
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
    for (const table of ['events', 'arrivals', 'keys', 'wire_ids']) {
      this.#driver.run(`DELETE FROM eventwire_${table} WHERE log = ?`, id);
    }
    this.#driver.run('DELETE FROM eventwire_logs WHERE id = ?', id);
  }

  /** The events up to the number `last`, as one row. */
  addEvents(row: LogRow, last: number, json: readonly string[]): void {
    const now = Date.now();
    this.events.add(row.id, last, now, `[${json.join(',')}]`);
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

  /** Removes the oldest events, a row at a time, and leaves at least those behind the number `upTo`. */
  trim(row: LogRow, upTo: number): void {
    const last = this.events.trim(row.id, upTo);
    if (last === undefined) return;
    for (const table of ['keys', 'wire_ids']) {
      this.#driver.run(`DELETE FROM eventwire_${table} WHERE log = ? AND seq <= ?`, row.id, last);
    }
    row.removed = last;
  }

  /** Names of the runs that have expired, or have ended since their producer has been gone for long. */
  overdue(now: number): string[] {
    const added = `SELECT max(added) FROM (
      SELECT added FROM eventwire_events WHERE log = eventwire_logs.id AND last > seq
      UNION ALL SELECT added FROM eventwire_arrivals WHERE log = eventwire_logs.id AND last > seq)`;
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
