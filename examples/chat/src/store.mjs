import { createRequire } from 'node:module';
import { createMemoryLog, createMemoryRunStore } from '@eventwire/server-node';
import { createSqliteLog, createSqliteRunStore } from '@eventwire/sqlite';

/**
 * Where questions and answers are kept: in Redis if REDIS_URL says where, else in a file if this runtime or
 * better-sqlite3 can open one, else in memory.
 *
 * @param {string} file
 */
export async function openStore(file) {
  const { REDIS_URL } = process.env;
  if (REDIS_URL) {
    const { createClient } = await import('redis');
    const { createRedisLog, createRedisRunStore } = await import('@eventwire/redis');
    const client = createClient({ url: REDIS_URL });
    client.on('error', (error) => console.error(error.message));
    await client.connect();
    return {
      name: 'Redis',
      questions: createRedisLog({ client, key: 'eventwire-chat' }),
      answers: createRedisRunStore({ client, prefix: 'eventwire-chat:answers' }),
    };
  }
  const database = await openFile(file);
  if (database) {
    return {
      name: `SQLite (${file})`,
      questions: createSqliteLog({ database, key: 'questions' }),
      answers: createSqliteRunStore({ database }),
    };
  }
  return {
    name: 'memory, which a restart empties: take Node 22.13 or newer, or Bun',
    questions: createMemoryLog(),
    answers: createMemoryRunStore(),
  };
}

/**
 * @param {string} file
 * @returns {Promise<import('@eventwire/sqlite').SqliteDatabase | undefined>}
 */
async function openFile(file) {
  if (process.versions.bun !== undefined) return file;
  // Node 20 brings none.
  if (/** @type {(name: string) => unknown} */ (process.getBuiltinModule)?.('node:sqlite')) return file;
  try {
    const Database = createRequire(import.meta.url)('better-sqlite3');
    const database = new Database(file);
    database.exec('PRAGMA journal_mode = WAL');
    return database;
  } catch {
    return undefined;
  }
}
