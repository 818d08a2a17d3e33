// `pnpm bench:fan-out`: what it takes to deliver an event to many, beside others. README.md says how.
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { root } from '../../scripts/run.mjs';
import { ensure } from '../../scripts/system.mjs';
import { buildMeasured } from '../src/build-measured.mjs';
import { machine } from '../src/machine.mjs';
import { UsageError } from '../src/options.mjs';
import { packageVersion } from '../src/package-version.mjs';
import { runCommand } from '../src/run-command.mjs';
import { Bench } from './bench.mjs';
import { readOptions, usage } from './options.mjs';
import { costs } from './parts/costs.mjs';
import { growth } from './parts/growth.mjs';
import { latency } from './parts/latency.mjs';
import { replay } from './parts/replay.mjs';
import { write } from './report/write.mjs';
import { OURS } from './servers.mjs';
import { checkTargets } from './targets.mjs';

/** @param {import('./options.mjs').Options} options */
async function main(options) {
  await buildMeasured(['encoder', 'server', 'server-node']);
  if (options.taking.some(({ name }) => name === 'nchan')) ensure('nginx');
  const bench = new Bench(options);
  const started = performance.now();
  const before = loadavg()[0] ?? 0;
  /** @template T @param {import('./options.mjs').Part} name @param {string} title @param {(bench: Bench) => Promise<T[]>} measure */
  const part = async (name, title, measure) => {
    if (!options.has(name)) return [];
    console.log(`== ${title}`);
    return measure(bench);
  };
  console.log(`== Microseconds for a delivery, kB for a connection; ${options.connections} connections`);
  /** @type {import('./report/result.mjs').Result} */
  const result = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${machine}, Node ${process.version}`,
    costs: options.has('costs') ? await costs(bench) : {},
    latency: await part('latency', 'From publication to the last delivery', latency),
    growth: await part('growth', 'Growth with connections', growth),
    replay: await part('replay', 'Replay', replay),
    targets: [],
    ...{ connections: options.connections, rounds: options.rounds, workloads: options.workloads },
    seconds: Math.round((performance.now() - started) / 1000),
    load: [before, loadavg()[0] ?? 0],
    versions: Object.fromEntries(
      options.taking.flatMap(({ name, dependency }) =>
        dependency === undefined ? [] : [[name, packageVersion(dependency)]],
      ),
    ),
    failures: Object.fromEntries(bench.failures),
  };
  result.targets = checkTargets(result.costs);
  for (const { what, peer, ratio, most, reached } of result.targets) {
    const found = ratio === undefined ? 'not measured' : ratio.median.toFixed(2);
    console.log(`${reached ? 'reached' : 'NOT REACHED'}: ${what}, to ${peer} ${found}, at most ${most}`);
  }
  console.log(`${result.seconds} s`);
  if (options.out !== undefined) await write(resolve(root, options.out), result);
  const failure = bench.failures.get(OURS);
  if (failure !== undefined) throw new UsageError(`Ours could not be measured: ${failure}`);
}

await runCommand(usage, readOptions, main);
