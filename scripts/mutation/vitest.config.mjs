// The suites of one package, as the mutation tester runs them: again and again.
import { fileURLToPath } from 'node:url';
import { BaseSequencer } from 'vitest/node';
import config from '../../vitest.config';

/** What stands outside a package, since several share it: the contracts of logs and stores. @type {Record<string, string[]>} */
const CONTRACTS = {
  redis: [
    ...['contract', 'subscription-store'].map((name) => `tests/logs/redis-${name}.test.ts`),
    'tests/runs/redis-run-store.test.ts',
  ],
  server: ['tests/logs/memory-log.test.ts', 'tests/runs/memory-run-store.test.ts'],
  sqlite: ['tests/runs/sqlite-contract.test.ts'],
};

/** What judges by time, which a mutant may take. */
const exclude = ['**/limit-costs-nothing.test.ts', '**/memory-log-heap.test.ts'];
/** What takes long. Most mutants are found before it. */
const LAST = /\/(?:conformance|linear-time|properties|round-trip)\.test\.ts$/;

class QuickFirst extends BaseSequencer {
  /** @param {import('vitest/node').TestSpecification[]} files @override */
  async sort(files) {
    const isLast = (/** @type {{ moduleId: string }} */ { moduleId }) => Number(LAST.test(moduleId));
    return [...files].sort((a, b) => isLast(a) - isLast(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

const name = process.env.EVENTWIRE_MUTATED ?? '';
const project = config.test?.projects?.find(
  (each) => typeof each === 'object' && 'test' in each && each.test?.name === name,
);
if (typeof project !== 'object' || !('test' in project))
  throw new Error(`EVENTWIRE_MUTATED: there is no package ${name}`);

const sequence = { sequencer: QuickFirst };
// What waits for ever takes so long.
const testTimeout = 30_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const include = [`packages/${name}/test/**/*.test.ts`, ...(CONTRACTS[name] ?? [])];
export default { ...project, test: { ...project.test, root, include, exclude, sequence, testTimeout } };
