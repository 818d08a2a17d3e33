import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type App, createApp } from './app';
import { openLog } from './log';
import { readPort } from './port';

const host = '127.0.0.1';
const dist = new URL('./', import.meta.url);
const root = process.env.JOBS_ROOT || fileURLToPath(new URL('../../../', dist));

const port = readPort(process.env.PORT);
if (port === undefined) {
  refusePort(`PORT must be a whole number from 0 to 65535, not ${JSON.stringify(process.env.PORT)}`);
}

/** Each port has a file of its own: clients come back to a port, and two servers cannot have the same one. */
const database =
  process.env.JOBS_DATABASE || (port === 0 ? undefined : fileURLToPath(new URL(`../jobs-${port}.db`, dist)));

let app: Promise<App> | undefined;
const server = createServer(async (req, res) => (await app)?.handle(req, res));
// A request must have come in whole by then; a response may take for ever.
server.requestTimeout = 10_000;
server.maxConnections = 500;

server.once('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EADDRINUSE') refusePort(`port ${port} is in use by another program`);
  if (error.code === 'EACCES') refusePort(`port ${port} needs rights that this user does not have`);
  throw error;
});

server.listen(port, host, async () => {
  // Not before the port is ours: jobs that another server on it still runs would be taken for cut off.
  const name = await openApp();
  const { port: chosen } = server.address() as AddressInfo;
  const url = `http://${host}:${chosen}`;
  const argument = chosen === 3000 ? '' : ` -- ${chosen}`;
  console.log(`
  Jobs              ${url}/
  The same stream   curl -N ${url}/jobs
  In a terminal     npm run follow${argument}
  Events are kept   ${name}

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
  void app?.then((running) => running.close()).then(() => server.closeAllConnections());
}

/** Resolves with where its events are kept. */
async function openApp(): Promise<string> {
  try {
    const { log, name } = openLog(database);
    app = createApp({ root, dist, log });
    await app;
    return name;
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
}

function refusePort(reason: string): never {
  refuse(`${reason}. Choose another port, for example: PORT=3001 npm start`);
}

function refuse(reason: string): never {
  console.error(`Cannot start: ${reason}`);
  process.exit(1);
}
