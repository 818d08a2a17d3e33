// TanStack AI's chat in a process of its own, that can be killed: SQLite keeps the answers.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRuns } from '@eventwire/server-node';
import { createSqliteRunStore } from '@eventwire/sqlite';
import { getRequestListener } from '@hono/node-server';
import { openSqlite } from '../support/open-sqlite';
import { modelOf } from './tanstack-model';
import { chatRoute } from './tanstack-routes';

const [path = '', pace = '5'] = process.argv.slice(2);
// Longer than a busy machine lets a process wait.
const runs = createRuns({ store: createSqliteRunStore({ database: openSqlite(path) }), lease: 2500 });
const server = createServer(getRequestListener(chatRoute(runs, modelOf(Number(pace)))));
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
// The parent may be killed too.
process.stdin.resume().on('end', () => process.exit());
