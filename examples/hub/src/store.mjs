import { createRequire } from 'node:module';
import { createMemoryLog } from '@eventwire/server-node';
import { createSqliteLog } from '@eventwire/sqlite';

// Ids of updates have to be IRIs.
const idPrefix = 'urn:eventwire:';

/**
 * Where updates and subscriptions are kept: in Redis if REDIS_URL says where, else in the file, if one is
 * given, else in memory.
 *
 * @param {string} file
 * @returns {Promise<Pick<import('@eventwire/hub').HubOptions, 'log' | 'subscriptions'> & { name: string }>}
 */
export async function openStore(file) {
  const { REDIS_URL } = process.env;
  if (REDIS_URL) {
    const { createClient } = await import('redis');
    const { createRedisLog, createRedisSubscriptionStore } = await import('@eventwire/redis');
    const client = createClient({ url: REDIS_URL });
    client.on('error', (error) => console.error(error.message));
    await client.connect();
    return {
      name: 'Redis',
      log: createRedisLog({ client, key: 'eventwire-hub', idPrefix }),
      // So short that a killed node's subscriptions are soon told to have ended.
      subscriptions: createRedisSubscriptionStore({
        client,
        key: 'eventwire-hub:subscriptions',
        lease: 2000,
      }),
    };
  }
  if (file === '') return { name: 'memory', log: createMemoryLog({ idPrefix }), subscriptions: true };
  const log = createSqliteLog({ database: openFile(file), key: 'updates', idPrefix });
  return { name: `SQLite (${file})`, log, subscriptions: true };
}

/** @param {string} file @returns {import('@eventwire/sqlite').SqliteDatabase} */
function openFile(file) {
  if (process.versions.bun !== undefined) return file;
  // Node 20 brings none.
  if (/** @type {(name: string) => unknown} */ (process.getBuiltinModule)?.('node:sqlite')) return file;
  try {
    const Database = createRequire(import.meta.url)('better-sqlite3');
    const database = new Database(file);
    database.exec('PRAGMA journal_mode = WAL');
    return database;
  } catch (cause) {
    throw new Error('A file needs Node 22.13 or newer, Bun, or better-sqlite3', { cause });
  }
}
