import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createSqliteLog, type SqliteHandle } from '../src/index';

const folder = mkdtempSync(join(tmpdir(), 'eventwire-looks-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Constructor = new (path: string) => SqliteHandle;
const require = createRequire(new URL('../../../tests/package.json', import.meta.url));
const Database = require('better-sqlite3') as Constructor;

it('looks for events of other processes at one pace, whoever comes and goes', async () => {
  const path = join(folder, 'events.db');
  const database = new Database(path);
  database.exec('PRAGMA journal_mode = WAL');
  let looks = 0;
  const counting: SqliteHandle = {
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      if (sql !== 'PRAGMA data_version') return statement;
      return {
        run: (...values) => statement.run(...values),
        all: (...values) => {
          looks++;
          return statement.all(...values);
        },
      };
    },
  };
  const [log, other] = [
    createSqliteLog({ database: counting }),
    createSqliteLog({ database: new Database(path) }),
  ];
  let heard = 0;
  let current = new AbortController();
  const follow = (after: string): Promise<void> =>
    log.follow(
      after,
      ({ events }) => {
        const last = events.at(-1);
        if (!last) return;
        heard++;
        // The only one that waits leaves, and another comes, within one look.
        current.abort();
        current = new AbortController();
        void follow(last.id);
      },
      current.signal,
    );
  await follow(await log.lastId());
  for (let count = 1; count <= 10; count++) {
    await other.append('news');
    await expect.poll(() => heard).toBe(count);
  }
  looks = 0;
  await new Promise((resolve) => setTimeout(resolve, 250));
  // One each 25 ms.
  expect(looks).toBeLessThan(15);
  current.abort();
});
