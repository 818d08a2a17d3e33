// `pnpm bench`: measures parsers and encoders side by side, then what fan-out/ measures. README.md says how.
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { resolve } from 'node:path';
import { root, run } from '../scripts/run.mjs';
import { buildMeasured } from './src/build-measured.mjs';
import { machine } from './src/machine.mjs';
import { FULL, isFloor, judgeAll, measure, peersOf, QUICK } from './src/measure.mjs';
import { nodeBinary } from './src/node-binary.mjs';
import { readOptions, UsageError, usage } from './src/options.mjs';
import { MAIN_PEERS, OURS, peers, versionOf } from './src/peers.mjs';
import { chart } from './src/report/chart.mjs';
import { markdown } from './src/report/markdown.mjs';
import { line } from './src/report/terminal.mjs';
import { short, writeFiles } from './src/report/write-files.mjs';
import { runCommand } from './src/run-command.mjs';
import { checkTargets } from './src/targets.mjs';

/** @param {ReturnType<typeof readOptions>} options */
async function main(options) {
  await buildMeasured();
  const effort = options.quick ? QUICK : FULL;
  const started = performance.now();
  const nodes = options.nodes.map(nodeBinary);
  const isOurs = (/** @type {string} */ name) => name.startsWith(OURS);
  /** @type {import('./src/report/result.mjs').Result} */
  const result = {
    date: new Date().toISOString().slice(0, 10),
    cpu: machine,
    nodes: nodes.map(({ version }) => version),
    seed: options.seed,
    effort,
    seconds: 0,
    load: [loadavg()[0] ?? 0, 0],
    versions: Object.fromEntries(
      peers.flatMap((peer) => {
        const version = versionOf(peer);
        return version === undefined ? [] : [[peer.name, version]];
      }),
    ),
    judged: [],
    measured: [],
    targets: [],
  };

  for (const { path, version } of nodes) {
    for (const { mode, title, workloads } of options.plan) {
      const taking = peersOf(mode).filter(({ name }) => isOurs(name) || options.isWanted(name));
      console.log(`\n== ${title}, Node ${version}`);
      for (const judged of await judgeAll({ mode, node: path, taking })) {
        result.judged.push({ node: version, ...judged });
        const { peer, verdict, failure } = judged;
        const found =
          verdict === undefined ? failure : `${verdict.wrong} of ${verdict.of} conformance inputs differ`;
        console.log(`  ${peer.padEnd(30)} ${found}`);
      }
      for (const workload of workloads) {
        const { reference, cells } = await measure({
          ...{ mode, workload: workload.name, peers: taking, node: path, seed: options.seed, effort },
          isMain: (peer) => isOurs(peer.name) || MAIN_PEERS.includes(peer.name) || isFloor(peer),
        });
        console.log(`\n${workload.title} (times as fast as each: ${reference ?? 'no reference'})`);
        for (const cell of cells) console.log(line(cell));
        result.measured.push({ node: version, mode, workload: workload.name, reference, cells });
      }
    }
  }
  result.seconds = Math.round((performance.now() - started) / 1000);
  result.load[1] = loadavg()[0] ?? 0;
  const targets = JSON.parse(readFileSync(new URL('targets.json', import.meta.url), 'utf8'));
  result.targets = checkTargets(result.measured, targets);
  const reached = result.targets.filter((target) => target.reached).length;
  console.log(`\n${reached} of ${result.targets.length} targets reached; ${result.seconds} s`);
  for (const { mode, node, workload, ours, peer, ratio, measured, reached } of result.targets) {
    if (reached) continue;
    const found = measured === undefined ? 'not measured' : measured.median.toFixed(2);
    console.log(
      `  not reached: ${mode} ${workload}, Node ${node}: ${ours} to ${peer} ${found}, target ${ratio}`,
    );
  }
  if (options.out !== undefined) await write(resolve(root, options.out), result);
  const failed = result.measured.flatMap(({ cells, mode, workload }) =>
    cells.flatMap(({ peer, failure }) =>
      isOurs(peer) && failure !== undefined ? [`${peer} ${mode} ${workload}: ${failure}`] : [],
    ),
  );
  if (failed.length > 0) throw new UsageError(`Ours could not be measured:\n${failed.join('\n')}`);
}

/** Single rounds say nothing to a reader. @param {string} key @param {unknown} value */
const plain = (key, value) => (key === 'rounds' && Array.isArray(value) ? value.length : short(key, value));

/** @param {string} folder @param {import('./src/report/result.mjs').Result} result */
const write = (folder, result) =>
  writeFiles(folder, {
    'wire.md': markdown(result),
    'wire.svg': chart(result.targets),
    'wire.json': `${JSON.stringify(result, plain)}\n`,
  });

await runCommand(usage, readOptions, async (options) => {
  await main(options);
  if (options.fanOut !== undefined) await run(process.execPath, ['bench/fan-out/run.mjs', ...options.fanOut]);
});
