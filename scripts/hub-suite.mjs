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

const { values } = parseArgs({ options: { suite: { type: 'string' }, help: { type: 'boolean' } } });
const folder = values.suite === undefined ? undefined : resolve(values.suite);
if (values.help) console.log(usage);
else if (folder === undefined || !existsSync(join(folder, 'node_modules/@playwright/test/cli.js'))) {
  console.error(
    `${folder === undefined ? '--suite is missing' : `${folder} has no @playwright/test`}\n\n${usage}`,
  );
  process.exitCode = 2;
} else {
  const env = { ...ensureAll(['chromium', 'redis']), EVENTWIRE_HUB_SUITE: folder };
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  await run(process.execPath, [vitest, 'run', '--project', 'hub-suite'], { env }).catch(fail);
}
