// `pnpm release`: builds, checks and publishes the packages whose version npm does not have yet.
// `--dry-run` publishes nothing.
import { parseArgs } from 'node:util';
import { buildPackages } from './build.mjs';
import { isPlaceholder } from './repository.mjs';
import { fail, installFrozen, pnpm, run } from './run.mjs';

/** @type {[what: string, action: (dryRun: boolean) => Promise<unknown>][]} */
const steps = [
  ['install', () => installFrozen(['--reporter=silent'])],
  ['build', () => buildPackages()],
  ['check', () => run(process.execPath, ['scripts/check-packages.mjs'])],
  [
    'publish',
    (dryRun) => {
      const options = dryRun ? ['--dry-run', '--no-git-checks'] : [];
      return pnpm(['--recursive', '--filter', './packages/*', 'publish', '--access', 'public', ...options]);
    },
  ],
  // Says `New tag:` for each, which the release workflow reads.
  ['tag', (dryRun) => (dryRun ? Promise.resolve() : pnpm(['exec', 'changeset', 'tag']))],
];

try {
  // pnpm hands on the `--` that some put before options.
  const args = process.argv.slice(2).filter((argument) => argument !== '--');
  const { values } = parseArgs({ args, options: { 'dry-run': { type: 'boolean', default: false } } });
  const dryRun = values['dry-run'];
  if (isPlaceholder()) {
    const advice =
      'The repository has no owner yet: run `pnpm set-repository https://github.com/<owner>/eventwire`.';
    if (!dryRun) throw new Error(advice);
    console.warn(advice);
  }
  for (const [what, action] of steps) {
    console.log(`\n== ${what}`);
    await action(dryRun);
  }
  if (dryRun) console.log('\nNothing was published.');
} catch (error) {
  fail(error);
}
