// `npm test`: sets up what the tests need, then runs every check. Stages print their seconds.
import { join } from 'node:path';
import { buildPackages } from './build.mjs';
import { CommandError, installFrozen, root, run } from './run.mjs';
import { runTests } from './run-tests.mjs';
import { ensure, nodeRunsMsw3, variableOf } from './system.mjs';

const started = performance.now();
const seconds = (/** @type {number} */ since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const bin = (/** @type {string} */ path) => join(root, 'node_modules', path);

/** Programs beside Node, and the vitest projects that need them. @type {Record<string, string[]>} */
const needed = {
  compiler: ['sqlite', 'run-store', 'runs', 'browser'],
  chromium: ['browser', 'browsers', 'foreign-clients', 'next', 'recipes'],
  firefox: ['browsers', 'foreign-clients'],
  php: ['hub-processes'],
  redis: ['hub-processes', 'redis-log', 'redis-runs', 'runs', 'runs-peer', 'exactly-once', 'cluster'],
  nginx: ['proxies', 'cluster', 'peers'],
  curl: ['proxies', 'foreign-clients'],
  python: ['foreign-clients'],
};
/** @type {Record<string, string>} */
const env = {};
/** @type {string[]} */
const left = [];
/** @type {import('./run-tests.mjs').Tests} */
let tests = { passed: 0, failed: 1, skipped: 0, unsteady: [] };

/** @type {[name: string, action: () => unknown][]} */
const stages = [
  [
    'system',
    () => {
      for (const [name, projects] of Object.entries(needed)) {
        const path = ensure(name);
        if (path !== undefined) env[variableOf(name)] = path;
        else left.push(...projects.filter((project) => !left.includes(project)));
      }
    },
  ],
  // After the system's programs, since one package is compiled.
  ['install', () => installFrozen(['--reporter=append-only'], { quiet: true })],
  [
    'lint',
    () => run(process.execPath, [bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']),
  ],
  ['unused code', () => run(process.execPath, [bin('knip/bin/knip.js')])],
  ['prose', () => run(process.execPath, ['scripts/check-prose.mjs'])],
  ['audit', () => run(process.execPath, ['scripts/audit.mjs'])],
  ['types', () => run(process.execPath, ['scripts/types.mjs'])],
  ['build', () => buildPackages([])],
  ['size', () => run(process.execPath, [bin('size-limit/bin.js')])],
  ['packages', () => run(process.execPath, ['scripts/check-packages.mjs'])],
  [
    'tests',
    async () => {
      tests = await runTests({ without: left, env });
      if (tests.failed > 0) throw new Error(`${tests.failed} failed`);
    },
  ],
];

/** @type {string[]} */
const failed = [];
for (const [name, action] of stages) {
  const since = performance.now();
  console.log(`\n== ${name}`);
  try {
    await action();
    console.log(`== ${name}: ${seconds(since)}`);
  } catch (error) {
    if (error instanceof CommandError && error.output !== '') console.error(error.output);
    console.error(error instanceof Error ? error.message : error);
    console.error(`== ${name}: failed after ${seconds(since)}`);
    failed.push(name);
    // Without packages or programs nothing after would say anything true.
    if (name === 'install' || name === 'system' || name === 'build') break;
  }
}

console.log(`\nAll stages: ${seconds(started)}`);
for (const project of left) console.error(`Left out, as something it needs is missing: ${project}`);
if (!nodeRunsMsw3) console.error('Left out, as it needs Node 22.12 or newer: testing-msw-3');
for (const file of tests.unsteady)
  console.error(`Failed, and passed when it ran once more by itself, so that it needs a look: ${file}`);
console.log(`${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`);
// Last, since the tests may all have passed where another stage did not.
if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);
