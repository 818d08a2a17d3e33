// One of the processes: `node server.mjs <redis url> <port>`. GET follows the channel, POST publishes to it.
import { createServer } from 'node:http';
import { createRedisLog } from '@eventwire/redis';
import { createChannel, eventStreamHandler } from '@eventwire/server-node';
import { createClient } from 'redis';

const [url = '', port = ''] = process.argv.slice(2);
const client = createClient({ url });
client.on('error', (error) => console.error(error.message));
await client.connect();

const channel = createChannel({ log: createRedisLog({ client, key: 'cluster' }) });
const follow = eventStreamHandler((stream) => channel.subscribe(stream), { retry: 200 });

const server = createServer(async (req, res) => {
  if (req.method !== 'POST') return follow(req, res);
  try {
    let data = '';
    for await (const chunk of req.setEncoding('utf8')) data += chunk;
    res.end(await channel.publish(data));
  } catch (error) {
    // Whether it was added is not known: who publishes has to decide whether to try again.
    console.error(error);
    res.writeHead(503).end();
  }
});
server.listen(Number(port), '127.0.0.1', () => console.log('Serving'));

process.on('SIGTERM', async () => {
  // Clients come back to the other processes, spread over a second.
  await channel.close({ retry: [100, 1000], spread: 1000 });
  process.exit();
});
// Whoever started it has gone.
process.stdin.resume().on('end', () => process.exit());
