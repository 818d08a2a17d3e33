import { connect } from '@eventwire/client';
import { createRedisLog } from '@eventwire/redis';
import type { EventLog } from '@eventwire/server';
import { expect, it } from 'vitest';
import { freePort } from '../../scripts/free-port.mjs';
import { createCuttingProxy } from '../support/cutting-proxy';
import { type NodeProcess, nodeProgram } from '../support/node-process';
import { runSeed, seededRandom } from '../support/random';
import { clients } from '../support/redis-clients';
import { startRedis } from '../support/redis-server';

const count = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
const readers = count('EVENTWIRE_CLIENTS', 5);
const total = count('EVENTWIRE_EVENTS', 500);
/** Published between two kills of the server. */
const perLife = Math.max(100, Math.ceil(total / 10));
const key = 'exactly-once';

/** A random amount of text, with now and then a large one. */
function payload(n: number, random: () => number): string {
  const length = random() < 0.02 ? 20_000 * random() : 200 * random();
  return `${n} ${'x'.repeat(length)}`;
}

/** Everything that the log holds after a cursor, as id and data. */
async function everything(log: EventLog, start: string): Promise<string[]> {
  const all: string[] = [];
  for (let after = start; ; ) {
    const { events, gap } = await log.read(after, { limit: 500 });
    expect(gap).toBe(false);
    if (events.length === 0) return all;
    all.push(...events.map(({ id, event }) => `${id} ${event.data}`));
    after = events.at(-1)?.id ?? after;
  }
}

it(`${readers} clients have each of ${total} events once and in order: cut, slow, the server killed (seed ${runSeed})`, async () => {
  const random = seededRandom(runSeed);
  await using redis = await startRedis();
  await using program = await nodeProgram(new URL('./server-process.ts', import.meta.url));
  const publisher = await (clients['node-redis'] as (typeof clients)[string])(redis.url);
  const log = createRedisLog({ client: publisher.client, key, maxEvents: total + 1000 });
  const start = await log.lastId();
  const port = await freePort();
  const args = [redis.url, key, String(port)];
  let server: NodeProcess = await program.start(args);
  await using proxy = await createCuttingProxy(port, () =>
    Math.floor(random() ** 3 * Math.min(200_000, 80 * total)),
  );

  const gaps: unknown[] = [];
  let attempts = 0;
  const lists = Array.from({ length: readers }, () => [] as string[]);
  const streams = lists.map((list, index) => {
    // Every fifth is slow: it takes an event at a time, and rests now and then.
    const rest = seededRandom(runSeed + index + 1);
    return connect(proxy.url, {
      lastEventId: start,
      reconnect: { initialDelay: 100, maxDelay: 500 },
      onOpen: () => void attempts++,
      onGap: (gap) => void gaps.push(gap),
      onEvent: async ({ lastEventId, data }) => {
        list.push(`${lastEventId} ${data}`);
        if (index % 5 === 0 && rest() < 0.02)
          await new Promise((resolve) => setTimeout(resolve, 50 * rest()));
      },
    });
  });

  let kills = 0;
  for (let n = 0; n < total; ) {
    const burst = Math.min(total - n, 1 + Math.floor(random() * 50));
    await Promise.all(Array.from({ length: burst }, (_, index) => log.append(payload(n + index, random))));
    const before = n;
    n += burst;
    if (Math.floor(before / perLife) === Math.floor(n / perLife)) continue;
    // Some have to be on the way when it dies.
    await expect
      .poll(() => Math.max(...lists.map((list) => list.length)), { timeout: 60_000 })
      .toBeGreaterThan(before / 2);
    await server.kill();
    kills++;
    server = await program.start(args);
  }
  proxy.isCutting = false;
  const expected = await everything(log, start);
  const lengths = () => [Math.min(...lists.map((list) => list.length)), gaps.length];
  await expect.poll(lengths, { timeout: 600_000, interval: 50 }).toEqual([total, 0]);
  for (const stream of streams) stream.close();
  await Promise.all(streams.map(({ closed }) => closed));
  await log[Symbol.asyncDispose]();
  await publisher[Symbol.asyncDispose]();

  expect(expected).toHaveLength(total);
  for (const list of lists) expect(list).toEqual(expected);
  console.log(
    `${readers} clients, ${total} events, ${proxy.cuts.length} cuts, ${kills} kills, ${attempts} connections, seed ${runSeed}`,
  );
});
