// `pnpm build`: every package, and nothing in dist that is left from an earlier build, since all of it
// would be published.
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publishedPackages } from './published.mjs';
import { fail, pnpm, root } from './run.mjs';

/** @param {readonly string[]} [filter] pnpm's, for what else is to be built */
export async function buildPackages(filter = ['--filter', './packages/*']) {
  const began = Date.now();
  await pnpm(['--recursive', ...filter, 'run', 'build'], { quiet: true });
  // Afterwards, since another process may be using the files while these are built.
  for (const name of publishedPackages) {
    const dist = join(root, 'packages', name, 'dist');
    for (const file of readdirSync(dist)) {
      if (statSync(join(dist, file)).mtimeMs < began) rmSync(join(dist, file));
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPackages().catch(fail);
