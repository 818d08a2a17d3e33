// A server in a process of its own: GET follows one channel on a Redis log, POST publishes and answers how
// long that took, and a PING after it.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRedisLog } from '@eventwire/redis';
import { createChannel, eventStreamHandler } from '@eventwire/server-node';
import { createClient } from 'redis';

const [url = '', key = '', maxEvents = ''] = process.argv.slice(2);
const client = createClient({ url });
client.on('error', (error) => console.error(error));
await client.connect();
// On a connection that has nothing else to do, a round trip shows what the machine costs anyway.
const bare = client.duplicate();
bare.on('error', (error) => console.error(error));
await bare.connect();
let errors = 0;
const onError = () => void errors++;
const log = createRedisLog({ client, key, maxEvents: Number(maxEvents), onError });
const channel = createChannel({ log, onError });
const follow = eventStreamHandler((stream) => channel.subscribe(stream), { retry: 100 });

const server = createServer(async (req, res) => {
  if (req.method !== 'POST') return follow(req, res);
  let data = '';
  for await (const chunk of req.setEncoding('utf8')) data += chunk;
  const began = performance.now();
  const failed = await channel.publish(data).then(
    () => undefined,
    (error) => String(error.code),
  );
  const ms = performance.now() - began;
  const pinged = performance.now();
  await bare.ping();
  const ping = performance.now() - pinged;
  const rss = process.memoryUsage.rss();
  res.end(JSON.stringify({ ms, ping, failed, errors, subscribers: channel.size, rss }));
});
// A publisher that is measured keeps its connection, also while everything is busy.
server.keepAliveTimeout = 120_000;
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
// The parent may be killed too.
process.stdin.resume().on('end', () => process.exit());
