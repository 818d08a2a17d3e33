import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** @param {import('node:net').Socket} from @param {import('node:net').Socket} to */
function pass(from, to) {
  from.on('error', () => {});
  from.on('close', () => to.destroy());
  from.pipe(to);
}

/**
 * Listens on the address that everybody knows, and passes each connection on to a node. If its node is killed,
 * the connection is cut.
 *
 * @param {number} port 0: a free one
 * @param {() => number | undefined} next the port of the next node
 * @returns {Promise<number>} the port
 */
export async function listen(port, next) {
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const node = next();
    if (node === undefined) return void socket.destroy();
    const upstream = connect({ port: node, host: '127.0.0.1' });
    pass(socket, upstream);
    pass(upstream, socket);
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new Error(
      `The hub could not listen on port ${port}: ${message}. Give another: npm run hub -- 4000`,
    );
  }
  return /** @type {import('node:net').AddressInfo} */ (server.address()).port;
}
