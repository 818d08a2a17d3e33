// `pnpm test:hub-suite --suite FOLDER`: the protocol's public conformance suite against our hub, in Debian's
// Chromium. The folder is the suite's own, outside this repository, with its packages installed.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, root, run } from './run.mjs';
import { ensureAll } from './system.mjs';

const usage = `pnpm test:hub-suite --suite <folder>

Runs the conformance suite of the Mercure protocol in that folder against our hub, which keeps its updates in memory
and then in Redis. The folder holds the suite's *.spec.ts, and its packages: run \`npm ci\` there.`;

/** The suite's folder; undefined if only help is asked for. @param {string[]} args */
function readOptions(args) {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== '--'),
    options: { suite: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return undefined;
  if (values.suite === undefined) throw new Error('--suite is missing');
  const folder = resolve(values.suite);
  if (existsSync(join(folder, 'node_modules/@playwright/test/cli.js'))) return folder;
  throw new Error(`${folder} has no @playwright/test`);
}

function folderOrUsage() {
  try {
    const folder = readOptions(process.argv.slice(2));
    if (folder === undefined) console.log(usage);
    return folder;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

const folder = folderOrUsage();
if (folder !== undefined) {
  const env = { ...ensureAll(['chromium', 'redis']), EVENTWIRE_HUB_SUITE: folder };
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  await run(process.execPath, [vitest, 'run', '--project', 'hub-suite'], { env }).catch(fail);
}
