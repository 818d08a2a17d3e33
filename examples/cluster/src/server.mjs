// One of the processes: `node server.mjs <redis url> <port>`. GET follows the channel, POST publishes to it, once for each Idempotency-Key.
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
    const idempotencyKey = req.headers['idempotency-key']?.toString() || undefined;
    res.end(await channel.publish(data, { idempotencyKey }));
  } catch (error) {
    // Whether it was added may not be known: who publishes asks again, with the same key.
    console.error(error);
    res.writeHead(503).end();
  }
});
server.listen(Number(port), '127.0.0.1', () => console.log('Serving'));

process.once('SIGTERM', async () => {
  // No new connections: the proxy gives them to the other processes. The clients come back to these too, spread over a second.
  server.close();
  await channel.close({ retry: [100, 1000], spread: 1000, timeout: 5000 });
  process.exit();
});
// Whoever started it has gone.
process.stdin.resume().on('end', () => process.exit());
