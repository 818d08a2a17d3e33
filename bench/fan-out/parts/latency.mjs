import { quartiles } from '../../src/statistics.mjs';

/** @typedef {{ name: string, connections: number, median: number, p99: number, memory: number }} Latency */

/** What is sent first is not counted. */
const FIRST = 5;

/**
 * Milliseconds from publication to the last arrival, and the memory that so many connections take.
 * @param {import('../bench.mjs').Bench} bench
 */
export async function latency(bench) {
  const { quick, connections: usual, many, taking } = bench.options;
  /** @type {Latency[]} */
  const found = [];
  const sizes = [
    { connections: usual, events: quick ? 20 : 200 },
    { connections: many, events: quick ? 10 : 100 },
  ];
  for (const { connections, events } of sizes) {
    for (const { name } of taking) {
      const one = await bench.withPair(name, (pair) => measure(pair, connections, events));
      if (one === undefined) continue;
      found.push({ name, connections, ...one });
      console.log(
        `  ${name}, ${connections}: median ${one.median.toFixed(1)} ms, p99 ${one.p99.toFixed(1)} ms`,
      );
    }
  }
  return found;
}

/** @param {import('../pair.mjs').Pair} pair @param {number} connections @param {number} events */
async function measure(pair, connections, events) {
  await pair.connect(FIRST);
  await pair.latency(100);
  const before = await pair.resident();
  await pair.connect(connections - FIRST);
  const memory = ((await pair.resident()) - before) / (connections - FIRST);
  const times = [];
  for (let n = 0; n < events + FIRST; n++) times.push(await pair.latency(100));
  const sorted = times.slice(FIRST).sort((a, b) => a - b);
  const p99 = /** @type {number} */ (sorted[Math.ceil(sorted.length * 0.99) - 1]);
  return { median: quartiles(sorted).median, p99, memory };
}
