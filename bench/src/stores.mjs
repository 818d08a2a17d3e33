// A store of each kind, with how many bytes it has taken beside the memory of this process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedisLog, createRedisRunStore } from '@eventwire/redis';
import { createMemoryLog, createMemoryRunStore } from '@eventwire/server';
import { createSqliteLog, createSqliteRunStore } from '@eventwire/sqlite';
import { createClient } from 'redis';
import { freePort } from '../../scripts/free-port.mjs';
import { find } from '../../scripts/system.mjs';

/**
 * @typedef {object} Opened
 * @property {import('@eventwire/server').RunStore} store
 * @property {(options?: { idPrefix?: string }) => import('@eventwire/server').EventLog} log an empty one, beside the runs
 * @property {() => Promise<number>} size bytes of the file, or of Redis
 * @property {() => void} close takes away what the process leaves behind
 */

/** Events that a log holds. */
const MOST = 1_000_000;

/** @type {Record<string, () => Promise<Opened>>} */
export const stores = {
  async memory() {
    const store = createMemoryRunStore({ maxRuns: 20_000, maxBytes: 2 ** 40 });
    return {
      store,
      log: (options = {}) => createMemoryLog({ ...options, maxEvents: MOST, maxBytes: 2 ** 40 }),
      size: async () => 0,
      close: () => {},
    };
  },

  async sqlite() {
    const folder = mkdtempSync(join(tmpdir(), 'eventwire-bench-'));
    const database = join(folder, 'runs.db');
    const store = createSqliteRunStore({ database });
    let logs = 0;
    return {
      store,
      log: (options = {}) =>
        createSqliteLog({ ...options, database: join(folder, `log-${logs++}.db`), maxEvents: MOST }),
      size: async () => {
        // What is in the journal goes into the file.
        const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite');
        const other = new DatabaseSync(database);
        other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
        other.close();
        return statSync(database).size;
      },
      close: () => rmSync(folder, { recursive: true, force: true }),
    };
  },

  async redis() {
    const port = await freePort();
    const program = find('redis') ?? 'redis-server';
    const server = spawn(program, ['--port', `${port}`, '--bind', '127.0.0.1', '--save', ''], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for (let output = ''; !/Ready to accept/.test(output); ) output += (await once(server.stdout, 'data'))[0];
    server.stdout.resume();
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    await client.connect();
    const store = createRedisRunStore({ client });
    let logs = 0;
    return {
      store,
      log: (options = {}) => createRedisLog({ ...options, client, key: `log-${logs++}`, maxEvents: MOST }),
      size: async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]),
      close: () => void server.kill(),
    };
  },
};
