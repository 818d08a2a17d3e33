import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A free port for a program that has to be told one, or that is killed and comes back on it. It is below those
 * that the system hands out (from 32,768 on Linux, from 49,152 elsewhere): one of these that is free for a moment
 * goes to the next server or outgoing connection that asks.
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (;;) {
    const port = randomInt(20_000, 32_768);
    if (await isFree(port)) return port;
  }
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
