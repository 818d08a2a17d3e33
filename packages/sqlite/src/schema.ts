import type { Driver } from './sqlite-database';
import { SqliteLogError } from './sqlite-log-error';

const VERSION = 2;

const ARRIVALS = `CREATE TABLE eventwire_arrivals (
    log INTEGER NOT NULL, last INTEGER NOT NULL, added INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (log, last)) WITHOUT ROWID`;

/**
 * A log or a run is a row of `eventwire_logs`; `removed` is the newest number of an event that was removed, and
 * all times are in ms since 1970. Its `seq` and `until` are as old as its last change that was no event: the
 * events since then count on. A row of `eventwire_arrivals` holds the events that one turn has added, up to the
 * number `last`, as JSON (see packed-events), until many of them are packed into `eventwire_events` (see
 * event-rows).
 */
const TABLES = [
  `CREATE TABLE eventwire_logs (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL,
    seq INTEGER NOT NULL DEFAULT 0, removed INTEGER NOT NULL DEFAULT 0, term INTEGER NOT NULL DEFAULT 0,
    outcome TEXT, reason TEXT,
    attempt INTEGER NOT NULL DEFAULT 0, lease INTEGER NOT NULL DEFAULT 0, ttl INTEGER NOT NULL DEFAULT 0,
    until INTEGER NOT NULL DEFAULT 0, stopping TEXT, expires INTEGER)`,
  `CREATE TABLE eventwire_events (
    log INTEGER NOT NULL, last INTEGER NOT NULL, added INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (log, last)) WITHOUT ROWID`,
  ARRIVALS,
  `CREATE TABLE eventwire_keys (
    log INTEGER NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (log, key)) WITHOUT ROWID`,
  `CREATE TABLE eventwire_wire_ids (
    log INTEGER NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (log, id, seq)) WITHOUT ROWID`,
];

/** Makes the tables that are missing. @throws SqliteLogError `UNEXPECTED_SCHEMA` */
export function createTables(driver: Driver): void {
  const find = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'eventwire_schema'";
  driver.write(() => {
    if (driver.all(find).length === 0) {
      driver.run('CREATE TABLE eventwire_schema (version INTEGER NOT NULL)');
      driver.run('INSERT INTO eventwire_schema (version) VALUES (?)', VERSION);
      for (const table of TABLES) driver.run(table);
      return;
    }
    const version = driver.all('SELECT version FROM eventwire_schema')[0]?.version;
    if (version === VERSION) return;
    if (version === 1) {
      driver.run(ARRIVALS);
      driver.run('UPDATE eventwire_schema SET version = ?', VERSION);
      return;
    }
    const message =
      `${driver.name} has the tables of version ${version}, and this package knows version ${VERSION}: ` +
      'install the newer @eventwire/sqlite, or give the log another file';
    throw new SqliteLogError('UNEXPECTED_SCHEMA', message);
  });
}
