import { type ConnectionError, connect } from '@eventwire/client';
import { describe, expect, it } from 'vitest';
import { createCuttingProxy } from '../support/cutting-proxy';
import { runSeed, seededRandom } from '../support/random';
import { startBetterSse } from './better-sse';
import { startFastifySse } from './fastify-sse';
import { startHono } from './hono';
import { startMcp } from './mcp';
import { startNchan } from './nchan';
import type { Peer } from './server';

/** `pnpm test:peers` asks for more. */
const COUNT = Number(process.env.EVENTWIRE_EVENTS ?? 100);
/** Delays that a test can wait for; the policy's own are proved in virtual time. */
const soon = { initialDelay: 1, minDelay: 1, maxDelay: 5 };
const text = (n: number) => `${n} é 漢字 😀 ${'·'.repeat(n % 40)}`;

const peers: Record<string, () => Promise<Peer>> = {
  'nginx with nchan': startNchan,
  'better-sse': startBetterSse,
  'streamSSE of Hono': startHono,
  '@fastify/sse': startFastifySse,
  'an MCP server by streamable HTTP': startMcp,
};

describe(`a stream of another server, cut at random bytes (seed ${runSeed})`, () => {
  it.each(Object.entries(peers))('is followed, once and in order: %s', async (_name, start) => {
    const random = seededRandom(runSeed);
    await using peer = await start();
    await using proxy = await createCuttingProxy(peer.port, () => 400 + Math.floor(random() * 1200));
    const publishing = (async () => {
      for (let n = 0; n < COUNT; n++) {
        await peer.publish(text(n));
        if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();

    const received: string[] = [];
    const errors: ConnectionError[] = [];
    const stream = connect(`${proxy.url}${peer.path}`, {
      ...peer.options,
      reconnect: soon,
      onReconnect: ({ error }) => void (error && errors.push(error)),
    });
    for await (const { data } of stream) {
      received.push(peer.textOf(data));
      if (received.length === COUNT) break;
    }
    await publishing;

    expect(received).toEqual(Array.from({ length: COUNT }, (_, n) => text(n)));
    expect(await stream.closed).toEqual({ reason: 'closed' });
    expect(proxy.cuts.length).toBeGreaterThan(2);
    // A cut is all that has gone wrong: no peer has refused to be resumed.
    expect(errors.filter(({ code }) => code !== 'NETWORK')).toEqual([]);
  });
});
