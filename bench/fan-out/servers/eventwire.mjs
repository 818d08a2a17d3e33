import { createServer } from 'node:http';
import { createChannel, createMemoryLog, eventStreamHandler } from '@eventwire/server-node';
import { listen } from '../../src/listen.mjs';

/** A channel with its log, as the README has it. */
export async function start({ maxEvents = 10_000, maxBytes = 2 ** 26 } = {}) {
  const channel = createChannel({ log: createMemoryLog({ maxEvents, maxBytes }) });
  const server = createServer(eventStreamHandler((stream) => channel.subscribe(stream)));
  return {
    port: await listen(server),
    publish: (/** @type {string} */ data) => channel.publish(data),
  };
}
