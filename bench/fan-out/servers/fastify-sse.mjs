import sse from '@fastify/sse';
import { fastify } from 'fastify';
import { listen } from '../../src/listen.mjs';

export async function start() {
  const app = fastify();
  await app.register(sse);
  /** @type {Set<any>} */
  const open = new Set();
  app.get('/', { sse: true }, async (_, reply) => {
    const stream = /** @type {any} */ (reply).sse;
    stream.keepAlive();
    // Otherwise the head would wait for the first event.
    stream.sendHeaders();
    reply.raw.flushHeaders();
    // Each send that waits for room adds one: the warnings would cost more than the sends.
    reply.raw.setMaxListeners(0);
    open.add(stream);
    stream.onClose(() => open.delete(stream));
  });
  await app.ready();
  return {
    port: await listen(app.server),
    publish(/** @type {string} */ data) {
      for (const stream of open) stream.send({ data }).catch(() => open.delete(stream));
    },
  };
}
