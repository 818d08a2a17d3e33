// One package's own suite, as the mutation tester runs it: again and again.
import { BaseSequencer } from 'vitest/node';
import config from '../../vitest.config';

/** What judges by time, which a mutant may take. */
const exclude = ['test/limit-costs-nothing.test.ts'];
/** What takes long. Most mutants are found before it. */
const LAST = /\/(?:conformance|linear-time|properties|round-trip)\.test\.ts$/;

class QuickFirst extends BaseSequencer {
  /** @param {import('vitest/node').TestSpecification[]} files @override */
  async sort(files) {
    const isLast = (/** @type {{ moduleId: string }} */ { moduleId }) => Number(LAST.test(moduleId));
    return [...files].sort((a, b) => isLast(a) - isLast(b) || (a.moduleId < b.moduleId ? -1 : 1));
  }
}

const name = process.env.EVENTWIRE_MUTATED;
const project = config.test?.projects?.find(
  (each) => typeof each === 'object' && 'test' in each && each.test?.name === name,
);
if (typeof project !== 'object' || !('test' in project))
  throw new Error(`EVENTWIRE_MUTATED: there is no package ${name}`);

const sequence = { sequencer: QuickFirst };
// What waits for ever takes so long.
const testTimeout = 15_000;
export default { ...project, test: { ...project.test, exclude, sequence, testTimeout } };
