import { Database } from './database';
import { createTables } from './schema';
import {
  type Driver,
  durableObjectDriver,
  handleDriver,
  isDurableObject,
  type SqliteDatabase,
  type SqliteHandle,
} from './sqlite-database';
import { SqliteLogError, unavailable } from './sqlite-log-error';

type Constructor = new (path: string) => SqliteHandle;

interface Loader {
  getBuiltinModule?(name: string): Record<string, unknown> | undefined;
}

/** Handles of users, each with the one database that is made of it: all its logs share what they wait with. */
const known = new WeakMap<object, Database>();

/** @throws SqliteLogError `UNAVAILABLE`, `UNEXPECTED_SCHEMA` */
export function openDatabase(database: SqliteDatabase): Database {
  if (typeof database === 'string') return made(() => openPath(database), JSON.stringify(database));
  const open = known.get(database);
  if (open) return open;
  const name = 'The SQLite database';
  const driver = isDurableObject(database)
    ? () => durableObjectDriver(database)
    : () => handleDriver(database, name, false);
  const opened = made(driver, name, true);
  known.set(database, opened);
  return opened;
}

function made(open: () => Driver, name: string, shared = false): Database {
  let driver: Driver | undefined;
  try {
    driver = open();
    createTables(driver);
    return new Database(driver, shared);
  } catch (error) {
    driver?.close();
    throw unavailable(error, name);
  }
}

/** With what the runtime brings. */
function openPath(path: string): Driver {
  const { process } = globalThis as { process?: Loader };
  const load = (name: string) => {
    try {
      return process?.getBuiltinModule?.(name);
    } catch {
      return undefined;
    }
  };
  const DatabaseClass = (load('node:sqlite')?.DatabaseSync ?? load('bun:sqlite')?.Database) as
    | Constructor
    | undefined;
  if (!DatabaseClass) {
    const message =
      'This runtime brings no SQLite (Node does from 22.13, and Bun does): open the file with better-sqlite3, ' +
      'and give the database instead of the path';
    throw new SqliteLogError('UNAVAILABLE', message);
  }
  return handleDriver(new DatabaseClass(path), JSON.stringify(path), true);
}
