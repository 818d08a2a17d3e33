import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { connect } from '@eventwire/client';
import { createRedisLog } from '@eventwire/redis';
import { expect, it } from 'vitest';
import { nodeProgram } from '../support/node-process';
import { clients } from '../support/redis-clients';
import { startRedis } from '../support/redis-server';
import { attackTimeout } from './rounds';

const seconds = Number(process.env.EVENTWIRE_ATTACK_SECONDS ?? 2);
/** At 60 s, 300 clients and 12 MB for each of them. */
const scaled = (most: number) => Math.ceil(most * Math.min(1, Math.max(seconds, 2) / 60));
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A log of so many events of 600 bytes, and a server of it in a process of its own. */
async function startStorm(events: number) {
  const redis = await startRedis();
  const program = await nodeProgram(new URL('./redis-storm-server.ts', import.meta.url));
  const own = await (clients['node-redis'] as (typeof clients)[string])(redis.url);
  const log = createRedisLog({ client: own.client, key: 'storm', maxEvents: events + 100_000 });
  const start = await log.lastId();
  for (let n = 0; n < events; ) {
    const some = Array.from({ length: Math.min(500, events - n) }, () =>
      log.append(`${n++} ${'x'.repeat(530)}`),
    );
    await Promise.all(some);
  }
  const { port } = await program.start([redis.url, 'storm', String(events + 100_000)]);
  const url = `http://127.0.0.1:${port}/`;
  const publish = async () => {
    const response = await fetch(url, { method: 'POST', body: 'live' });
    return (await response.json()) as {
      ms: number;
      ping: number;
      failed?: string;
      errors: number;
      rss: number;
    };
  };
  const dispose = async () => {
    for (const one of [log, own, program, redis]) await one[Symbol.asyncDispose]();
  };
  return { port, url, start, publish, [Symbol.asyncDispose]: dispose };
}

it('clients that all come back at once, each behind a long history, are all served', async () => {
  const [readers, events] = [scaled(300), scaled(20_000)];
  await using storm = await startStorm(events);
  const { url, start, publish } = storm;
  const began = performance.now();
  const counts = Array.from({ length: readers }, () => 0);
  let connections = 0;
  let gaps = 0;
  const wrong: string[] = [];
  const streams = counts.map((_, index) =>
    connect(url, {
      lastEventId: start,
      onOpen: () => void connections++,
      onGap: () => void gaps++,
      onEvent: ({ data }) => {
        const expected = counts[index] ?? 0;
        if (data === 'live') return;
        if (!data.startsWith(`${expected} `))
          wrong.push(`${index} has ${data.slice(0, 20)}, not ${expected}`);
        counts[index] = expected + 1;
      },
    }),
  );
  const published: Awaited<ReturnType<typeof publish>>[] = [];
  while (Math.min(...counts) < events && wrong.length === 0) {
    published.push(await publish());
    await sleep(50);
  }
  for (const stream of streams) stream.close();
  await Promise.all(streams.map(({ closed }) => closed));
  const took = (performance.now() - began) / 1000;
  console.log(
    `${readers} clients, ${events} events each: ${took.toFixed(1)} s, ${connections} connections, ${published.at(-1)?.errors} errors, ` +
      `publish ${figures(published.map(({ ms }) => ms))}, rss ${Math.round(Math.max(...published.map(({ rss }) => rss)) / 1e6)} MB`,
  );
  expect(wrong).toEqual([]);
  expect(gaps).toBe(0);
  expect(published.filter(({ failed }) => failed)).toEqual([]);
  // One that takes too little for a while may be cut and come back, but not again and again.
  expect(connections).toBeLessThan(2 * readers);
}, 600_000);

it(
  'sockets that ask with a bogus id and leave, over and over, cost a publisher next to nothing',
  async () => {
    const sockets = scaled(300);
    await using storm = await startStorm(scaled(10_000));
    const { port, url, publish } = storm;
    const measure = async (ms: number) => {
      const until = performance.now() + ms;
      const all: Awaited<ReturnType<typeof publish>>[] = [];
      while (performance.now() < until) {
        all.push(await publish());
        await sleep(20);
      }
      expect(all.filter(({ failed }) => failed)).toEqual([]);
      return { publish: all.map(({ ms }) => ms), ping: all.map(({ ping }) => ping) };
    };
    const live: number[] = [];
    const follower = connect(url, { onEvent: () => void live.push(performance.now()) });
    await measure(200);
    const quiet = await measure(seconds * 400);

    let going = true;
    let requests = 0;
    const attack = async () => {
      while (going) {
        const socket = connectSocket(port, '127.0.0.1').on('error', () => {});
        await once(socket, 'connect').catch(() => {});
        socket.write(`GET / HTTP/1.1\r\nHost: x\r\nLast-Event-ID: bogus${requests++}\r\n\r\n`);
        await sleep(900 + Math.random() * 200);
        socket.destroy();
      }
    };
    const attackers = Array.from({ length: sockets }, attack);
    await sleep(Math.min(1000, seconds * 100));
    const before = live.length;
    const stormy = await measure(seconds * 600);
    going = false;
    await Promise.all(attackers);
    await expect
      .poll(() => live.length - before, { timeout: 10_000 })
      .toBeGreaterThanOrEqual(stormy.publish.length);
    follower.close();
    console.log(
      `${sockets} sockets, ${requests} requests: publish ${figures(quiet.publish)} before, ` +
        `${figures(stormy.publish)} meanwhile; PING ${figures(quiet.ping)}, ${figures(stormy.ping)}`,
    );
    // What the machine and the process have to do for so many sockets shows in a bare round trip as well.
    const allowed = Math.max(percentile(quiet.publish, 0.99), percentile(stormy.ping, 0.99), 50);
    expect(percentile(stormy.publish, 0.99)).toBeLessThan(2 * allowed);
  },
  attackTimeout,
);

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
}

function figures(values: readonly number[]): string {
  const [p50, p99] = [0.5, 0.99].map((part) => percentile(values, part).toFixed(1));
  return `p50 ${p50} ms, p99 ${p99} ms (${values.length})`;
}
