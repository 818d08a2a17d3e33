import { quartiles } from '../../src/statistics.mjs';
import { OURS } from '../servers.mjs';

/** @typedef {{ held: number, missed: number, took: number, cpu: number }} Replay */

const ROUNDS = 15;

/**
 * One client comes back: to ten thousand events that it has missed, and to ten, behind logs of growing length.
 * @param {import('../bench.mjs').Bench} bench
 */
export async function replay(bench) {
  const [most, lengths] = bench.options.quick
    ? [1000, [100, 1000]]
    : [10_000, [100, 1000, 10_000, 100_000, 1_000_000]];
  /** @type {Replay[]} */
  const found = [];
  for (const { held, missed } of [
    { held: most + 1, missed: most },
    ...lengths.map((held) => ({ held, missed: 10 })),
  ]) {
    const options = { maxEvents: held + ROUNDS * (missed + 1), maxBytes: 2 ** 30 };
    const times = await bench.withPair(OURS, (pair) => measure(pair, held, missed), options);
    if (times === undefined) break;
    const took = quartiles(times.map(({ took }) => took)).median;
    const cpu = quartiles(times.map(({ cpu }) => cpu)).median;
    found.push({ held, missed, took, cpu });
    const processor = `${cpu.toFixed(2)} ms of the processor`;
    console.log(`  the last ${missed} of ${held} events: ${took.toFixed(2)} ms, ${processor}`);
  }
  return found;
}

/** @param {import('../pair.mjs').Pair} pair @param {number} held @param {number} missed */
async function measure(pair, held, missed) {
  // Not counted: it fills the log, and loads the code.
  await pair.replay({ added: held, missed });
  const times = [];
  for (let round = 0; round < ROUNDS; round++) times.push(await pair.replay({ added: missed + 1, missed }));
  return times;
}
