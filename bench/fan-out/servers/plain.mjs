import { createServer } from 'node:http';
import { listen } from '../../src/listen.mjs';

/** What node:http takes by itself: one string, written to every response. */
export async function start() {
  /** @type {Set<import('node:http').ServerResponse>} */
  const open = new Set();
  const server = createServer((_, res) => {
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    res.flushHeaders();
    open.add(res);
    res.on('close', () => open.delete(res));
  });
  return {
    port: await listen(server),
    publish(/** @type {string} */ data) {
      const block = `data: ${data}\n\n`;
      for (const res of open) res.write(block);
    },
  };
}
