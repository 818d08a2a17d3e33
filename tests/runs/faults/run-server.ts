// A server in a process of its own, that can be killed: it starts all runs, or takes them over, and lets them be followed.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRedisRunStore } from '@eventwire/redis';
import { createRuns, eventStreamHandler, type RunStore } from '@eventwire/server-node';
import { createSqliteRunStore } from '@eventwire/sqlite';
import { createClient } from 'redis';
import { openSqlite } from '../../support/open-sqlite';
import { textOf } from './text';

const [kind = '', where = '', port = '0', count = '0', tokens = '0'] = process.argv.slice(2);

async function openStore(): Promise<RunStore> {
  if (kind === 'sqlite') return createSqliteRunStore({ database: openSqlite(where) });
  const client = createClient({ url: where });
  client.on('error', () => {});
  await client.connect();
  return createRedisRunStore({ client, onError: () => {} });
}

// A machine that is busy may leave those that stand by no turn for a second, and the run would end as abandoned.
const runs = createRuns({ store: await openStore(), lease: 3000, onError: (error) => console.error(error) });
for (let run = 0; run < Number(count); run++) {
  await runs.start(`run ${run}`, async function* ({ previous }) {
    let done = 0;
    for await (const _ of previous()) done++;
    for (const token of textOf(run, Number(tokens)).slice(done)) {
      yield token;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
}
const server = createServer(
  eventStreamHandler((stream, req) => runs.follow(stream, decodeURIComponent((req.url ?? '').slice(1))), {
    retry: 50,
  }),
);
server.listen(Number(port), '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
// The parent may be killed too.
process.stdin.resume().on('end', () => process.exit());
