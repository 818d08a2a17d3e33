// `pnpm test:hub-suite`: public cases against our hub, which stay outside this repository: the protocol's
// conformance suite, in Debian's Chromium, from a folder with its packages installed; and those of URL patterns.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, root, run } from './run.mjs';
import { ensureAll } from './system.mjs';

const usage = `pnpm test:hub-suite [--suite <folder>] [--url-patterns <file>]

Runs public cases against our hub:
  --suite <folder>       the conformance suite of the Mercure protocol: a hub keeps its updates in memory, and then in
                         Redis. The folder holds *.spec.ts, and their packages: run \`npm ci\` there.
  --url-patterns <file>  the web-platform-tests' urlpatterntestdata.json`;

/** What the tests are told; undefined if only help is asked for. @param {string[]} args */
function readOptions(args) {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== '--'),
    options: { suite: { type: 'string' }, 'url-patterns': { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return undefined;
  const { suite, 'url-patterns': cases } = values;
  if (suite === undefined && cases === undefined) throw new Error('--suite and --url-patterns are missing');
  /** @type {Record<string, string>} */
  const env = {};
  if (suite !== undefined) {
    const folder = resolve(suite);
    if (!existsSync(join(folder, 'node_modules/@playwright/test/cli.js')))
      throw new Error(`${folder} has no @playwright/test`);
    env.EVENTWIRE_HUB_SUITE = folder;
  }
  if (cases !== undefined) {
    const file = resolve(cases);
    if (!existsSync(file)) throw new Error(`${file} does not exist`);
    env.EVENTWIRE_URL_PATTERN_CASES = file;
  }
  return env;
}

function optionsOrUsage() {
  try {
    const env = readOptions(process.argv.slice(2));
    if (env === undefined) console.log(usage);
    return env;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

const given = optionsOrUsage();
if (given !== undefined) {
  const env = { ...given, ...(given.EVENTWIRE_HUB_SUITE && ensureAll(['chromium', 'redis'])) };
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  await run(process.execPath, [vitest, 'run', '--project', 'hub-suite'], { env }).catch(fail);
}
