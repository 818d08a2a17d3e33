import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import type { SqliteHandle } from '../src/index';

type Constructor = new (path: string) => SqliteHandle;

const require = createRequire(new URL('../../../tests/package.json', import.meta.url));
const builtIn = process.getBuiltinModule as undefined | ((name: string) => unknown);

/** The runtime's own, if it brings one. */
export const own = (builtIn?.('node:sqlite') as { DatabaseSync?: Constructor } | undefined)?.DatabaseSync;

/** Whichever SQLite there is: the runtime's own, or better-sqlite3 of the tests. */
export const Database = own ?? (require('better-sqlite3') as Constructor);

/** A folder for databases, removed after the tests of a file. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'eventwire-sqlite-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A file that several connections use, none of which waits for long. */
export function openShared(path: string): SqliteHandle {
  const database = new Database(path);
  database.exec('PRAGMA busy_timeout = 10');
  database.exec('PRAGMA journal_mode = WAL');
  return database;
}

/** Opens what is given by its path, also where the runtime brings no SQLite. */
export function withSqlite<T>(open: () => T): T {
  if (own) return open();
  const load = (name: string) => (name === 'node:sqlite' ? { DatabaseSync: Database } : undefined);
  vi.stubGlobal('process', { getBuiltinModule: load });
  try {
    return open();
  } finally {
    vi.unstubAllGlobals();
  }
}
