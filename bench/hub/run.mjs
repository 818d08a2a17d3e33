// `pnpm bench:hub`: what a hub costs beside the channel under it.
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
import { readOptions, usage } from './hub-options.mjs';
import { markdown, targetsOf } from './report.mjs';

const program = new URL('hub-process.mjs', import.meta.url);

/** @param {ReturnType<typeof readOptions>} options */
async function main({ node, quick, out }) {
  await buildMeasured(['encoder', 'server', 'server-node', 'server-web', 'sqlite', 'redis', 'hub']);
  ensure('redis');
  const { path, version } = nodeBinary(node);
  const effort = quick
    ? { rounds: 3, events: 20, logged: 10_000 }
    : { rounds: 15, events: 200, logged: 1_000_000 };
  const [started, load] = [performance.now(), loadavg()[0] ?? 0];
  /** @type {import('./report.mjs').Measured} */
  const measured = await askChild(program, [JSON.stringify(effort)], {
    execPath: path,
    execArgv: ['--max-old-space-size=6000'], // for a million events in memory
  });
  /** @type {import('./report.mjs').Result} */
  const result = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${machine}, Node ${version}`,
    load: [load, loadavg()[0] ?? 0],
    seconds: Math.round((performance.now() - started) / 1000),
    effort,
    ...measured,
  };
  for (const { what, value, limit, reached } of targetsOf(result))
    console.log(`${reached ? 'reached' : 'NOT REACHED'}: ${what}: ${value.toFixed(2)}, at most ${limit}`);
  console.log(`${result.seconds} s`);
  if (out === undefined) return;
  const files = { 'hub.md': markdown(result), 'hub.json': `${JSON.stringify(result, short)}\n` };
  await writeFiles(resolve(root, out), files);
}

await runCommand(usage, readOptions, main);
