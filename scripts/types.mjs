// Type-checks every project: each package's source under its own, stricter settings, then all tests and scripts.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

const projects = ['packages', 'examples']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => /^tsconfig(\..+)?\.json$/.test(file))
      .map((file) => join(folder, file)),
  )
  .concat('bench/tsconfig.json', 'tsconfig.json');

// The native compiler takes a quarter of the time. `typescript` is the last one with an API, which tsup needs.
const tsc = join(root, 'node_modules/typescript7/bin/tsc');
if (!existsSync(tsc))
  throw new Error('TypeScript is not installed: run `npm test`, or `npx -y pnpm@12.21.0 install`.');

// Two at a time: each compiler takes one core and some hundred megabytes.
const waiting = [...projects];
/** @type {string[]} */
const failed = [];
const worker = async () => {
  for (let project = waiting.shift(); project !== undefined; project = waiting.shift()) {
    try {
      await run(process.execPath, [tsc, '--noEmit', '-p', project]);
    } catch {
      failed.push(project);
    }
  }
};
await Promise.all([worker(), worker()]);
if (failed.length > 0) {
  console.error(`Type errors in ${failed.join(', ')}`);
  process.exit(1);
}
