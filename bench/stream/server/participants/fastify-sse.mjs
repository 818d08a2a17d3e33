import sse from '@fastify/sse';
import { fastify } from 'fastify';
import { listen } from '../../../src/listen.mjs';
import { asked, isSent, sendAll, source } from '../workloads.mjs';

export async function start() {
  const app = fastify();
  await app.register(sse, { serializer: String });
  app.get('/', { sse: true }, async (request, reply) => {
    const { workload, events } = asked(request.url);
    const stream = /** @type {any} */ (reply).sse;
    if (isSent(workload)) await sendAll(workload, events, (data) => stream.send({ data }));
    else await stream.send(messages(source(workload, events)));
  });
  await app.ready();
  return listen(app.server);
}

/** @param {AsyncIterable<string>} source */
async function* messages(source) {
  for await (const data of source) yield { data };
}
