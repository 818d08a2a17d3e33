// The tests. Files in which some have failed run once more, one after the other and with the same seed: by then
// the machine is at rest, so that what fails by defect fails again, and what has failed for want of time does not.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root, run } from './run.mjs';

/** @typedef {import('./results-reporter.mjs').Results} Results */

/** More are no matter of chance. */
const MOST_FILES = 3;
/** The second time, a property would have other inputs. */
const PROPERTY = /Property failed after/;

/**
 * @typedef {object} Tests
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} unsteady files that passed only the second time
 */

/** @typedef {{ without: readonly string[], env: NodeJS.ProcessEnv }} Options `without`: projects that are left out */

/**
 * @param {Options} options `env`: added to the environment
 * @param {(args: readonly string[], options: Options) => Promise<Results>} go with the arguments of vitest
 * @returns {Promise<Tests>}
 */
export async function runTests({ without, env }, go = runVitest) {
  const seed = String(Date.now() % 2 ** 32);
  const options = { without, env: { EVENTWIRE_RUN_SEED: seed, ...env } };
  const { passed, skipped, ...first } = await go([], options);
  const failed = failuresOf(first.failed);
  if (first.unhandled > 0 || failed.length === 0 || !mayBeChance(first.failed))
    return { passed, failed: failed.length + first.unhandled, skipped, unsteady: [] };

  const names = first.failed.map(({ name }) => relative(root, name));
  console.log(`\n== once more, by themselves, with seed ${seed}: ${names.join(', ')}\n`);
  const second = await go([...names, '--no-file-parallelism'], options);
  const left = failuresOf(second.failed).length + second.unhandled;
  const again = second.failed.map(({ name }) => relative(root, name));
  return {
    passed: passed + failed.length - left,
    failed: left,
    skipped,
    unsteady: names.filter((name) => !again.includes(name)),
  };
}

/** @param {readonly string[]} args @param {Options} options @returns {Promise<Results>} */
async function runVitest(args, { without, env }) {
  const folder = mkdtempSync(join(tmpdir(), 'eventwire-test-'));
  const results = join(folder, 'results.json');
  try {
    const reporters = ['--reporter=default', `--reporter=${join(root, 'scripts/results-reporter.mjs')}`];
    const failure = await run(
      process.execPath,
      [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args, ...reporters],
      { env: { ...env, EVENTWIRE_LEFT_OUT: without.join(), EVENTWIRE_RESULTS: results } },
    ).catch((error) => error);
    if (!existsSync(results)) throw failure ?? new Error('vitest has left no results');
    const found = /** @type {Results} */ (JSON.parse(readFileSync(results, 'utf8')));
    // It fails for other reasons too, such as that there are no tests.
    if (failure && found.failed.length === 0 && found.unhandled === 0) throw failure;
    return found;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What each failed test says; a file may fail without one. @param {Results['failed']} files */
const failuresOf = (files) => files.flatMap(({ errors }) => (errors.length > 0 ? errors : ['']));

const mayBeChance = (/** @type {Results['failed']} */ files) =>
  files.length <= MOST_FILES && !failuresOf(files).some((error) => PROPERTY.test(error));
