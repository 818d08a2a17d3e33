import { EventStreamResponse } from '@eventwire/server-node';
import fastify from 'fastify';
import type { Framework } from './route';

export const fastifyApp: Framework = async (routes) => {
  const app = fastify({ forceCloseConnections: true });
  app.addHook('onRequest', async (_request, reply) => void reply.header('X-Before', 'kept'));
  for (const { path, callback, init } of routes) {
    app.route({
      url: path,
      method: ['GET', 'HEAD', 'POST', 'OPTIONS'],
      handler: async (request, reply) => {
        reply.hijack();
        for (const [name, value] of Object.entries(reply.getHeaders())) {
          if (value !== undefined) reply.raw.setHeader(name, value);
        }
        const stream = new EventStreamResponse(request.raw, reply.raw, init);
        await stream.sendEvents(() => callback(stream, request.body));
      },
    });
  }
  app.get('/plain', async () => 'plain');
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url, [Symbol.asyncDispose]: () => app.close() };
};
