import { createServer } from 'node:http';
import { createChannel, createSession } from 'better-sse';
import { listen } from '../../src/listen.mjs';

export async function start() {
  const channel = createChannel();
  const server = createServer(async (req, res) => {
    channel.register(await createSession(req, res));
  });
  return {
    port: await listen(server),
    publish: (/** @type {string} */ data) => void channel.broadcast(data),
  };
}
