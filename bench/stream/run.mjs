// `pnpm bench:stream`: what one stream takes, end to end, beside others. README.md says how.
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { root } from '../../scripts/run.mjs';
import { buildMeasured } from '../src/build-measured.mjs';
import { machine } from '../src/machine.mjs';
import { nodeBinary } from '../src/node-binary.mjs';
import { UsageError } from '../src/options.mjs';
import { packageVersion } from '../src/package-version.mjs';
import { runCommand } from '../src/run-command.mjs';
import { measure, ratio } from './measure.mjs';
import { readOptions, usage } from './options.mjs';
import { write } from './report/write.mjs';
import { checkTargets } from './targets.mjs';

/** @typedef {import('./report/result.mjs').Result} Result */

/** @param {import('./options.mjs').Options} options */
async function main({ parts, nodes, rounds, out }) {
  await buildMeasured([...new Set(parts.flatMap(({ builds }) => builds))]);
  const began = performance.now();
  const before = loadavg()[0] ?? 0;
  /** @type {Result['tables']} */
  const tables = [];
  for (const part of parts) {
    for (const workload of part.workloads) {
      for (const version of nodes) {
        const node = nodeBinary(version);
        const participants = part.participants.filter(
          ({ workloads, runtime = 'node' }) =>
            (workloads?.includes(workload.name) ?? true) && (runtime === 'node' || version === nodes[0]),
        );
        // What is no Node runs once.
        if (participants.length === 0) continue;
        console.log(`== ${part.title}: ${workload.title}, Node ${node.version}`);
        const cells = await measure({ part, workload, participants, node: node.path, rounds });
        for (const cell of cells) {
          const share = ratio(cell, cells[0])?.median.toFixed(2) ?? '';
          const delay = cell.delay ? `, ${cell.delay.median.toFixed(3)} ms` : '';
          if (cell.cpu)
            console.log(`  ${cell.participant}: ${cell.cpu.median.toFixed(2)} us${delay} (${share})`);
        }
        const targets = checkTargets(part, workload.name, version, cells);
        for (const { of, to, measured, most, reached } of targets) {
          const found = measured?.median.toFixed(2) ?? 'not measured';
          console.log(`  ${reached ? 'reached' : 'NOT REACHED'}: ${of} to ${to} ${found}, at most ${most}`);
        }
        tables.push({ part: part.name, workload: workload.name, node: version, cells, targets });
      }
    }
  }
  /** @type {Result} */
  const result = {
    date: new Date().toISOString().slice(0, 10),
    machine,
    nodes: nodes.map((version) => nodeBinary(version).version),
    seconds: Math.round((performance.now() - began) / 1000),
    load: [before, loadavg()[0] ?? 0],
    ...{ rounds, tables },
    versions: Object.fromEntries(
      parts.flatMap(({ participants }) =>
        participants.flatMap(({ name, dependency }) =>
          dependency === undefined ? [] : [[name, packageVersion(dependency)]],
        ),
      ),
    ),
  };
  if (out !== undefined) await write(resolve(root, out), result, parts);
  const failed = tables
    .flatMap(({ cells }) => cells.slice(0, 1))
    .find(({ failure }) => failure !== undefined);
  if (failed) throw new UsageError(`Ours could not be measured: ${failed.failure}`);
}

await runCommand(usage, readOptions, main);
