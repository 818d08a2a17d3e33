// Many clients: open connections, and count what arrives on them.
import { connect } from 'node:net';
import { serveParent } from './child.mjs';

const MARK = 0x7e; // ~
/** A loopback address has 28,000 ports for its connections; the next thousand come from the next one. */
const PER_ADDRESS = 1000;
const buffer = Buffer.allocUnsafe(1 << 20);

/** @type {{ socket: import('node:net').Socket, count: number }[]} */
let clients = [];
let delivered = 0;
let expected = Number.POSITIVE_INFINITY;
let reached = () => {};
/** @type {string | undefined} */
let broken;

/** @param {{ count: number }} client @param {Buffer} chunk @param {number} size */
function read(client, chunk, size) {
  const bytes = chunk.subarray(0, size);
  for (let at = bytes.indexOf(MARK); at >= 0; at = bytes.indexOf(MARK, at + 1)) {
    client.count++;
    delivered++;
  }
  if (delivered >= expected) reached();
}

/** @param {number} index @param {{ port: number, path: string, headers?: string }} target */
const open = (index, { port, path, headers = '' }) =>
  new Promise((resolve, reject) => {
    const client = { socket: /** @type {any} */ (undefined), count: 0 };
    let opened = false;
    client.socket = connect({
      ...{ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + Math.floor(index / PER_ADDRESS)}` },
      onread: {
        buffer,
        callback(size) {
          if (!opened) {
            opened = true;
            resolve(client);
          }
          read(client, buffer, size);
          return true;
        },
      },
    });
    client.socket.on('error', (/** @type {Error} */ error) => {
      broken ??= error.message;
      reject(error);
    });
    client.socket.on('close', () => {
      broken ??= 'a connection was closed';
      reached();
    });
    client.socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n${headers}\r\n`);
    clients.push(client);
  });

serveParent({
  async open({ count, ...target }) {
    const first = clients.length;
    for (let from = 0; from < count; from += 100) {
      const some = Math.min(100, count - from);
      await Promise.all(Array.from({ length: some }, (_, n) => open(first + from + n, target)));
    }
    return {};
  },
  /** From now on they are counted. */
  expect({ events, clients: count = clients.length }) {
    delivered = 0;
    for (const client of clients) client.count = 0;
    expected = events * count;
    return {};
  },
  /** Once all that is expected has arrived; when that was. Each client has to have got the same. */
  async arrived({ events }) {
    if (delivered < expected) await new Promise((resolve) => (reached = () => resolve(0)));
    const at = process.hrtime.bigint();
    if (broken !== undefined) throw new Error(broken);
    const wrong = clients.filter(({ count }) => count !== events).length;
    if (wrong > 0) throw new Error(`${wrong} of ${clients.length} clients got another number of events`);
    return { at: String(at) };
  },
  close() {
    reached = () => {};
    for (const { socket } of clients) {
      socket.removeAllListeners('close');
      socket.destroy();
    }
    clients = [];
    broken = undefined;
    return {};
  },
});
