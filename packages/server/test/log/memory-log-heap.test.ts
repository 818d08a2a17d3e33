import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ServerEventInit } from '@eventwire/encoder';
import { expect, it } from 'vitest';
import { type AppendOptions, createMemoryLog } from '../../src/index';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const MAX_BYTES = 8 * 1024 * 1024;

/** Bytes that are reachable: the least of several counts, since what is not collected yet only adds. */
async function held(): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < 5; n++) {
    collect();
    await sleep(5);
    const { heapUsed, external } = process.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}

/** A text of its own, and not a view of another. */
const text = (start: string, length: number, fill: string) =>
  Buffer.from(start.padEnd(length, fill)).toString();

type Make = (n: number) => [ServerEventInit, AppendOptions?];

it.each<[string, number, Make]>([
  ['events of 1 kB', 8000, (n) => [{ data: text(`${n} `, 1000, 'x') }]],
  ['tiny events', 20_000, (n) => [{ data: `${n}` }]],
  ['events with topics of 16 kB', 1000, (n) => [{ data: `${n}` }, { topic: text(`${n}`, 16_384, 'y') }]],
  [
    'events with types and keys',
    20_000,
    (n) => [{ type: `type ${n}`, data: '' }, { idempotencyKey: `${n}` }],
  ],
  ['events with ids of their publishers', 20_000, (n) => [{ data: '' }, { wireId: text(`${n} `, 40, 'x') }]],
  [
    'events with many topics and attributes',
    8000,
    (n) => [
      { data: '' },
      {
        topics: Array.from({ length: 10 }, (_, i) => text(`${n} ${i} `, 40, 'x')),
        attributes: Object.fromEntries(
          Array.from({ length: 10 }, (_, i) => [`name ${i}`, text(`${n}`, 9, 'x')]),
        ),
      },
    ],
  ],
  ['Chinese events', 6000, (n) => [{ data: text(`${n} `, 500, '漢') }]],
  ['events of 20 pieces', 8000, (n) => [{ data: Array.from({ length: 20 }, (_, i) => `${n} ${i}`) }]],
])('maxBytes is about what a log holds of memory: %s', async (_name, count, make) => {
  const before = await held();
  const log = createMemoryLog({ maxBytes: MAX_BYTES, maxEvents: count });
  for (let n = 0; n < count; n++) log.append(...make(n));
  const share = ((await held()) - before) / MAX_BYTES;
  const { events } = await log.read('unknown', { limit: count });
  // So it is the bytes that have bounded it.
  expect(events.length).toBeLessThan(count);
  expect(share).toBeGreaterThan(0.7);
  expect(share).toBeLessThan(1.3);
});
