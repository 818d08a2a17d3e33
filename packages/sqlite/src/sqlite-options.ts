import {
  checkOptions,
  hasMethods,
  invalidOption,
  is,
  isFilled,
  isIdPrefix,
  isInteger,
  type OptionRules,
} from '@eventwire/options';
import { isDurableObject, type SqliteDatabase } from './sqlite-database';

export interface SqliteLogOptions {
  /**
   * The path of a file, which this log opens and closes, by the SQLite that the runtime brings (Node from 22.13,
   * and Bun); or an open database of node:sqlite, bun:sqlite or better-sqlite3, or a Durable Object's
   * `ctx.storage`, which stays yours.
   */
  database: SqliteDatabase;
  /** The log's name within the database. @default 'events' */
  key?: string | undefined;
  /** About how many events are kept, at least. @default 10_000 */
  maxEvents?: number | undefined;
  /** Begins every id: printable ASCII characters, no space. @default '' */
  idPrefix?: string | undefined;
}

export interface SqliteRunStoreOptions {
  /** As that of a log. Logs and runs may share one database. */
  database: SqliteDatabase;
}

const database = is(
  'the path of a file, or an open database of node:sqlite, bun:sqlite, better-sqlite3 or a Durable Object',
  (value) =>
    typeof value === 'string'
      ? value !== ''
      : isDurableObject(value) || hasMethods(value, 'prepare', 'exec', 'close'),
);

const LOG_RULES: OptionRules<SqliteLogOptions> = {
  database,
  key: isFilled,
  maxEvents: isInteger(1),
  idPrefix: isIdPrefix,
};

const STORE_RULES: OptionRules<SqliteRunStoreOptions> = { database };

/** @throws TypeError with the code `INVALID_OPTION` */
export function checkLogOptions(options: SqliteLogOptions): void {
  checkOptions(options, LOG_RULES);
  requireDatabase(options.database);
}

/** @throws TypeError with the code `INVALID_OPTION` */
export function checkRunStoreOptions(options: SqliteRunStoreOptions): void {
  checkOptions(options, STORE_RULES);
  requireDatabase(options.database);
}

function requireDatabase(value: unknown): void {
  if (value === undefined) throw invalidOption('database', database.expected, { value });
}
