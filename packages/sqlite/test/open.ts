import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
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
