import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createApp } from './app';
import { readPort } from './port';

const host = '127.0.0.1';
const dist = new URL('./', import.meta.url);
const root = process.env.JOBS_ROOT || fileURLToPath(new URL('../../../', dist));

const port = readPort(process.env.PORT);
if (port === undefined) {
  refuse(`PORT must be a whole number from 0 to 65535, not ${JSON.stringify(process.env.PORT)}`);
}

const app = createApp({ root, dist });
const server = createServer((req, res) => void app.handle(req, res));
// A request must have come in whole by then; a response may take for ever.
server.requestTimeout = 10_000;
server.maxConnections = 500;

server.once('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE') refuse(`port ${port} is in use by another program`);
  if (error.code === 'EACCES') refuse(`port ${port} needs rights that this user does not have`);
  throw error;
});

server.listen(port, host, () => {
  const { port: chosen } = server.address() as AddressInfo;
  const url = `http://${host}:${chosen}`;
  const argument = chosen === 3000 ? '' : ` -- ${chosen}`;
  console.log(`
  Jobs              ${url}/
  The same stream   curl -N ${url}/jobs
  In a terminal     npm run follow${argument}

  Ctrl-C stops the server.
`);
});

// SIGTERM is how a deployment stops a server: no new connections, each stream is told when to come back, then the process ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);

let stopping = false;

function stop(): void {
  // A second Ctrl-C does not wait for the first one's manners.
  if (stopping) process.exit(0);
  stopping = true;
  // Nothing is left to do after this; the timer is for what was not foreseen.
  setTimeout(() => process.exit(0), 800).unref();
  server.close();
  void app.close().then(() => server.closeAllConnections());
}

function refuse(reason: string): never {
  console.error(`Cannot start: ${reason}. Choose another port, for example: PORT=3001 npm start`);
  process.exit(1);
}
