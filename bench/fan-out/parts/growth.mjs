import { quartiles } from '../../src/statistics.mjs';
import { OURS } from '../servers.mjs';
import { WARM_UP } from '../workloads.mjs';

/** @typedef {{ name: string, connections: number, cost: number, memory: number }} Growth */

/** Ours, and two that show how much of the growth is the machine's: what node:http alone takes, and what a server in C takes. */
const GROWING = [OURS, 'plain', 'nchan'];
const ROUNDS = 5;
/** Deliveries a second, which leave the server idle most of the time: nothing is joined, each event goes out by itself. */
const DELIVERIES = 40_000;

/**
 * What a delivery and a connection take, by the number of connections.
 * @param {import('../bench.mjs').Bench} bench
 */
export async function growth(bench) {
  const { quick, many, taking } = bench.options;
  /** @type {Growth[]} */
  const found = [];
  for (const connections of quick ? [50, 100, 200] : [100, 300, 1000, 3000, many]) {
    for (const { name } of taking) {
      if (!GROWING.includes(name)) continue;
      const one = await bench.withPair(name, (pair) => measure(pair, connections));
      if (one === undefined) continue;
      found.push({ name, connections, ...one });
      const memory = (one.memory / 1024).toFixed(1);
      console.log(
        `  ${name}, ${connections} connections: ${one.cost.toFixed(2)} us a delivery, ${memory} kB each`,
      );
    }
  }
  return found;
}

/** @param {import('../pair.mjs').Pair} pair @param {number} connections */
async function measure(pair, connections) {
  await pair.connect(20);
  await pair.delivery(WARM_UP);
  const before = await pair.resident();
  await pair.connect(connections - 20);
  const memory = ((await pair.resident()) - before) / (connections - 20);
  const rate = Math.min(50, DELIVERIES / connections);
  const workload = { ...WARM_UP, rate, seconds: Math.max(1, 10 / rate) };
  await pair.delivery(workload);
  const costs = [];
  for (let round = 0; round < ROUNDS; round++) costs.push(await pair.delivery(workload));
  return { cost: quartiles(costs).median, memory };
}
