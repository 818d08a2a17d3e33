// A server of the MCP SDK in a process of its own, that can be killed; SQLite keeps the messages.
import { createSqliteLog } from '@eventwire/sqlite';
import { openSqlite } from '../support/open-sqlite';
import { startSdkServer } from './mcp-sdk-server';

const [path = ''] = process.argv.slice(2);
const { port } = await startSdkServer(createSqliteLog({ database: openSqlite(path) }));
console.log(JSON.stringify({ port }));
// The parent may be killed too.
process.stdin.resume().on('end', () => process.exit());
