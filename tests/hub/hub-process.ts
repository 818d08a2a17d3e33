// A hub in a process of its own, that can be killed. With a Redis, it is one of several that are one hub.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHub } from '@eventwire/hub';
import { hubListener } from '@eventwire/hub/node';
import { createRedisLog, createRedisSubscriptionStore } from '@eventwire/redis';
import { createClient } from 'redis';

interface Settings {
  readonly secret: string;
  readonly redis?: string;
  readonly key?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly lease?: number;
}

const { secret, redis, key = 'hub', issuer, audience, lease }: Settings = JSON.parse(process.argv[2] ?? '{}');
const verifier = { key: secret, algorithms: ['HS256'] };
// A page at every other address, from which a browser can ask the hub.
const server = createServer(
  (req, res) =>
    void listener(req, res, () => res.setHeader('content-type', 'text/html').end('<!doctype html>')),
);
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
const client = redis === undefined ? undefined : createClient({ url: redis });
client?.on('error', (error) => console.error(error));
await client?.connect();
const path = '/.well-known/mercure';
const hub = createHub({
  url: [`http://127.0.0.1:${port}${path}`, `http://localhost:${port}${path}`],
  issuers: issuer === undefined ? [] : [{ id: issuer, publisher: verifier, subscriber: verifier }],
  audience,
  anonymous: true,
  legacy: { publisher: verifier, subscriber: verifier },
  ...(client && {
    log: createRedisLog({ client, key, idPrefix: 'urn:eventwire:' }),
    subscriptions: createRedisSubscriptionStore({ client, key: `${key}:subscriptions`, lease }),
  }),
});
const listener = hubListener(hub);
console.log(JSON.stringify({ port }));
// The parent may be killed too.
process.stdin.resume().on('end', () => process.exit());
