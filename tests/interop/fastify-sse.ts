import type { AddressInfo } from 'node:net';
import sse from '@fastify/sse';
import createFastify from 'fastify';
import { History } from './history';
import type { Peer } from './server';

export async function startFastifySse(): Promise<Peer> {
  const history = new History();
  const app = createFastify({ forceCloseConnections: true });
  await app.register(sse);
  app.get('/events', { sse: 'only' }, async (_request, reply) => {
    const left = new AbortController();
    reply.sse.onClose(() => left.abort());
    const { lastEventId } = reply.sse;
    for await (const { id, text } of history.follow(lastEventId ?? '', left.signal)) {
      if (left.signal.aborted) break;
      await reply.sse.send({ id, data: text });
    }
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    port: (app.server.address() as AddressInfo).port,
    path: '/events',
    publish: async (text) => void history.add(text),
    textOf: (data) => JSON.parse(data),
    [Symbol.asyncDispose]: () => app.close(),
  };
}
