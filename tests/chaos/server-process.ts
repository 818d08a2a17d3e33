// A server in a process of its own, that can be killed: one channel on the Redis log, followed at every path.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRedisLog } from '@eventwire/redis';
import { createChannel, eventStreamHandler } from '@eventwire/server-node';
import { createClient } from 'redis';

const [url = '', key = '', port = '0'] = process.argv.slice(2);
const client = createClient({ url });
client.on('error', (error) => console.error(error));
await client.connect();
const channel = createChannel({
  log: createRedisLog({ client, key }),
  // So few that slow readers fall out, and come back by id.
  maxQueueBytes: 16_384,
});
const server = createServer(eventStreamHandler((stream) => channel.subscribe(stream), { retry: 100 }));
server.listen(Number(port), '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
// The parent may be killed too.
process.stdin.resume().on('end', () => process.exit());
