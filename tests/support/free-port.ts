import { createServer } from 'node:net';
import { listenOnFreePort } from './listen';

/** For programs that cannot be asked for the port that the system has chosen, so that it is chosen before. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const { port } = new URL(await listenOnFreePort(server));
  await new Promise((resolve) => server.close(resolve));
  return Number(port);
}
