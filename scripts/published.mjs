// The packages that go to npm: those of packages/ that are not private. A private one is bundled into them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const folder = join(root, 'packages');

/** The names of their folders in packages/. */
export const publishedPackages = readdirSync(folder).filter(
  (name) => !JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8')).private,
);

/** The same for pnpm, as its arguments. */
export const publishedFilter = publishedPackages.flatMap((name) => ['--filter', `./packages/${name}`]);
