// `pnpm bench:runs`: what runs cost in each store: to append, to follow, to open, to keep.
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { root } from '../../scripts/run.mjs';
import { ensure } from '../../scripts/system.mjs';
import { askChild } from '../src/ask-child.mjs';
import { buildMeasured } from '../src/build-measured.mjs';
import { machine } from '../src/machine.mjs';
import { nodeBinary } from '../src/node-binary.mjs';
import { short, writeFiles } from '../src/report/write-files.mjs';
import { runCommand } from '../src/run-command.mjs';
import { readOptions, usage } from './options.mjs';
import { markdown } from './report.mjs';
import { checkTargets } from './targets.mjs';

/** @typedef {Record<string, Record<string, Record<string, number[]>>>} Found by store, part and figure */
/**
 * @typedef {object} Result
 * @property {string} date
 * @property {string} machine
 * @property {number} rounds
 * @property {number[]} load
 * @property {number} seconds
 * @property {Found} found
 * @property {import('./targets.mjs').Checked[]} targets
 */

const program = new URL('store-process.mjs', import.meta.url);

/** @param {ReturnType<typeof readOptions>} options */
async function main(options) {
  await buildMeasured(['encoder', 'server', 'sqlite', 'redis']);
  if (options.stores.includes('redis')) ensure('redis');
  const { path, version } = nodeBinary(options.node);
  const effort = { rounds: options.rounds, scale: options.quick ? 0.1 : 1 };
  const [started, load] = [performance.now(), loadavg()[0] ?? 0];
  /** @type {Found} */
  const found = {};
  for (const store of options.stores) {
    /** @type {Found[string]} */
    const figures = {};
    found[store] = figures;
    for (const part of options.parts) {
      figures[part] = await askChild(program, [store, part, JSON.stringify(effort)], { execPath: path });
      console.log(`${store} ${part}: ${JSON.stringify(figures[part], short)}`);
    }
  }
  /** @type {Result} */
  const result = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${machine}, Node ${version}`,
    rounds: options.rounds,
    load: [load, loadavg()[0] ?? 0],
    seconds: Math.round((performance.now() - started) / 1000),
    found,
    targets: checkTargets(found),
  };
  for (const { what, value, limit, reached } of result.targets) {
    console.log(`${reached ? 'reached' : 'NOT REACHED'}: ${what}: ${short('', value)}, ${limit}`);
  }
  console.log(`${result.seconds} s`);
  if (options.out === undefined) return;
  const files = { 'runs.md': markdown(result), 'runs.json': `${JSON.stringify(result, short)}\n` };
  await writeFiles(resolve(root, options.out), files);
}

await runCommand(usage, readOptions, main);
