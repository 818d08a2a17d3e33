import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqliteHandle } from '@eventwire/sqlite';
import { configured } from './open-sqlite';

type Constructor = new (path: string) => SqliteHandle;

const require = createRequire(import.meta.url);

/** What this runtime and this installation have to open a file with. */
export const sqlites: Record<string, (path: string) => SqliteHandle> = {};
for (const [name, member] of [
  ['node:sqlite', 'DatabaseSync'],
  ['better-sqlite3', undefined],
] as const) {
  try {
    const loaded = require(name) as Record<string, Constructor>;
    const Database = (member ? loaded[member] : loaded) as Constructor;
    // better-sqlite3 finds out here whether its binary is there.
    new Database(':memory:').close();
    sqlites[name] = (path) => configured(new Database(path));
  } catch {}
}

/** A folder for databases, removed by `dispose`. */
export async function databaseFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'eventwire-sqlite-'));
  let count = 0;
  return {
    folder,
    next: () => join(folder, `${count++}.db`),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
