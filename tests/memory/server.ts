// One channel in a process of its own, whose memory is then of nothing else. Driven by messages, see memory.test.ts.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type ChannelOptions,
  createChannel,
  createMemoryLog,
  eventStreamHandler,
} from '@eventwire/server-node';
import type { Command, Reply } from './messages';

const policies: Record<string, ChannelOptions> = {
  disconnect: {},
  'drop-oldest': { slowSubscriber: 'drop-oldest' },
  latest: { slowSubscriber: 'latest', coalesceKey: ({ id }) => String(Number(id.split('.')[1]) % 100) },
};
const channel = createChannel({
  log: createMemoryLog({ maxEvents: 1000 }),
  ...policies[process.argv[2] ?? ''],
});

/** The places of those who read. */
const readers = new Set<{ readonly cursor: string }>();

const server = createServer(
  eventStreamHandler(
    (response, { url }) => {
      const subscription = channel.subscribe(response);
      if (url === '/reader') {
        readers.add(subscription);
        subscription.closed.then(() => readers.delete(subscription));
      }
      return subscription;
    },
    // On a slow machine it would come before the policy.
    { writeTimeout: false },
  ),
);

function reply(message: Reply): void {
  process.send?.(message);
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** No faster than those who read take it, so that only who never reads is slow. */
async function publish(events: number, size: number): Promise<void> {
  for (let n = 1; n <= events; n++) {
    const id = await channel.publish(`${n} ${'x'.repeat(size)}`);
    if (n % 16 > 0 && n < events) continue;
    while ([...readers].some(({ cursor }) => cursor !== id)) await turn();
  }
}

process.on('message', async (command: Command) => {
  if (command.do === 'publish') await publish(command.events, command.size);
  // What has been closed is let go of in a later turn.
  for (let n = 0; n < 3; n++) {
    await turn();
    globalThis.gc?.();
  }
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  reply({ memory: { held: heapUsed + arrayBuffers, rss }, stats: channel.stats() });
});
process.on('disconnect', () => process.exit());

server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  reply({ port: (server.address() as AddressInfo).port });
});
