// Makes one endless stream in a process of its own, that can be killed.
import { createResumableStreamContext } from '@eventwire/server/resumable-stream';
import { createRuns } from '@eventwire/server-node';
import { createSqliteRunStore } from '@eventwire/sqlite';
import { openSqlite } from '../support/open-sqlite';
import { streamOf } from '../support/stream-of';

const [path = ''] = process.argv.slice(2);
const store = createSqliteRunStore({ database: openSqlite(path) });
const context = createResumableStreamContext({ runs: createRuns({ store, lease: 1000 }) });

async function* numbers() {
  for (let n = 0; ; n++) {
    yield `${n} `;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
await context.createNewResumableStream('1', () => streamOf(numbers()));
console.log(JSON.stringify({ port: 0 }));
// The parent may be killed too.
process.stdin.resume().on('end', () => process.exit());
