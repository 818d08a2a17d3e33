import { createRequire as requireFrom } from 'node:module';
import type { SqliteHandle } from '@eventwire/sqlite';

type Constructor = new (path: string) => SqliteHandle;

/**
 * A file as stores want it, by the runtime's SQLite, or by better-sqlite3, of which EVENTWIRE_BETTER_SQLITE3 tells a
 * bundled program where it is.
 */
export function openSqlite(path: string): SqliteHandle {
  const load = requireFrom(import.meta.url);
  const builtIn = process.getBuiltinModule as
    | undefined
    | ((name: string) => Record<string, unknown> | undefined);
  const own = builtIn?.('node:sqlite')?.DatabaseSync;
  const Database = (own ?? load(process.env.EVENTWIRE_BETTER_SQLITE3 ?? 'better-sqlite3')) as Constructor;
  return configured(new Database(path));
}

/** For several processes that write and read at once. */
export function configured(database: SqliteHandle): SqliteHandle {
  database.exec('PRAGMA busy_timeout = 5000');
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = NORMAL');
  return database;
}
