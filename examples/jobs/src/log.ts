import { relative } from 'node:path';
import { createMemoryLog, type EventLog } from '@eventwire/server-node';
import { createSqliteLog } from '@eventwire/sqlite';

export interface OpenLog {
  readonly log: EventLog & Partial<AsyncDisposable>;
  /** Where the events are kept, for people. */
  readonly name: string;
}

/**
 * In a file, if one is given and this runtime brings an SQLite, else in memory.
 *
 * @throws SqliteLogError if the file cannot be used
 */
export function openLog(file: string | undefined): OpenLog {
  if (file === undefined) return { name: 'in memory, since the port changes', log: createMemoryLog() };
  if (!bringsSqlite()) {
    const name = 'in memory, which a restart empties: take Node 22.13 or newer, or Bun';
    return { name, log: createMemoryLog() };
  }
  return { name: `in SQLite (${relative('', file)})`, log: createSqliteLog({ database: file, key: 'jobs' }) };
}

/** Node 20 brings none. */
function bringsSqlite(): boolean {
  if (process.versions.bun !== undefined) return true;
  return process.getBuiltinModule?.('node:sqlite' as never) !== undefined;
}
