// One node of the hub: a process that main.mjs starts, and starts again if it was killed.
import { createServer } from 'node:http';
import { createHub } from '@eventwire/hub';
import { hubListener } from '@eventwire/hub/node';
import { pageListener } from './page.mjs';
import { openStore } from './store.mjs';
import { ISSUER } from './tokens.mjs';

const [node = '1'] = process.argv.slice(2);
const { HUB_ADDRESS = '', HUB_SECRET = '', HUB_FILE = '' } = process.env;
// A browser may know this machine by either name.
const addresses = [HUB_ADDRESS, HUB_ADDRESS.replace('127.0.0.1', 'localhost')];
const [audience = '', other = ''] = addresses.map((address) => `${address}/.well-known/mercure`);

try {
  const { name: store, log, subscriptions } = await openStore(HUB_FILE);
  const verifier = { key: HUB_SECRET, algorithms: ['HS256'] };
  const hub = createHub({
    ...{ url: [audience, other], audience, log, subscriptions },
    issuers: [{ id: ISSUER, publisher: verifier, subscriber: verifier }],
    anonymous: true,
    stream: { retry: 200 },
  });
  const servePage = pageListener({
    ...{ addresses, audience, secret: HUB_SECRET },
    kill: (which) => process.send?.({ kill: which }),
  });
  const serveHub = hubListener(hub);
  const server = createServer((req, res) => {
    res.setHeader('x-node', node);
    void serveHub(req, res, () => servePage(req, res));
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    process.send?.({ port, store });
  });
  // The parent may be killed too.
  process.on('disconnect', () => process.exit(0));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
