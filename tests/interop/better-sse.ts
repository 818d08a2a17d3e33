import { createChannel, createSession } from 'better-sse';
import { serve } from '../support/listen';
import { History } from './history';
import type { Peer } from './server';

export async function startBetterSse(): Promise<Peer> {
  const history = new History();
  const channel = createChannel();
  const server = await serve(async (request, response) => {
    const session = await createSession(request, response, { retry: null });
    for (const { id, text } of history.after(session.lastId)) session.push(text, 'message', id);
    channel.register(session);
  });
  return {
    port: server.port,
    path: '/',
    publish: async (text) => {
      const { id } = history.add(text);
      channel.broadcast(text, 'message', { eventId: id });
    },
    textOf: (data) => JSON.parse(data),
    [Symbol.asyncDispose]: server[Symbol.asyncDispose],
  };
}
