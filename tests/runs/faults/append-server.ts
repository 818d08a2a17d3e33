// Appends to one log as fast as it can, and says what was added, until it is killed.
import { createSqliteLog } from '@eventwire/sqlite';
import { openSqlite } from '../../support/open-sqlite';

const [path = ''] = process.argv.slice(2);
const log = createSqliteLog({ database: openSqlite(path), maxEvents: 1_000_000 });
const last = (await log.lastId()).split('.')[1];
let next = Number(last) + 1;
console.log(JSON.stringify({ port: 0, next }));
for (;;) {
  const turn = Array.from({ length: 1 + (next % 7) }, () =>
    log.append(`${next++} ${'x'.repeat(next % 300)}`),
  );
  await Promise.all(turn);
}
