import { MAIN } from '../servers.mjs';
import { WARM_UP } from '../workloads.mjs';

/**
 * By workload (microseconds for a delivery) or `memory` (bytes for a connection), then by server: one number for each round.
 * @typedef {Record<string, Record<string, number[]>>} Costs
 */

/** Connections before the first look at the memory: what they load stays loaded for the others. */
const FIRST = 20;
/** Who takes ten times as much processor time would take most of the run's. */
const SHORTER = 0.4;

/**
 * Processor time and memory, side by side, each round with new processes.
 * @param {import('../bench.mjs').Bench} bench
 */
export async function costs(bench) {
  const { connections, rounds, taking, workloads } = bench.options;
  /** @type {Costs} */
  const found = {};
  const add = (/** @type {string} */ what, /** @type {string} */ server, /** @type {number} */ value) => {
    found[what] ??= {};
    found[what][server] = [...(found[what][server] ?? []), value];
    return `${what} ${(what === 'memory' ? value / 1024 : value).toFixed(2)}`;
  };
  for (let round = 0; round < rounds; round++) {
    // There and back again, so that nobody always comes after the same one.
    for (const { name } of round % 2 === 0 ? taking : [...taking].reverse()) {
      const isMain = MAIN.includes(name);
      if (round > 1 && !isMain) continue;
      await bench.withPair(name, async (pair) => {
        await pair.connect(FIRST);
        await pair.delivery(WARM_UP);
        const before = await pair.resident();
        await pair.connect(connections - FIRST);
        const each = ((await pair.resident()) - before) / (connections - FIRST);
        const line = [add('memory', name, each)];
        await pair.delivery(WARM_UP);
        for (const workload of workloads) {
          const seconds = workload.seconds * (isMain ? 1 : SHORTER);
          line.push(add(workload.name, name, await pair.delivery({ ...workload, seconds })));
        }
        console.log(`  ${round + 1}. ${name}: ${line.join(', ')}`);
      });
    }
  }
  return found;
}
