import { writeFileSync } from 'node:fs';

/**
 * @typedef {object} Results
 * @property {number} passed
 * @property {number} skipped
 * @property {{ name: string, errors: string[] }[]} failed files, with what each failed test of them says
 * @property {number} unhandled errors outside of all tests
 */

/** A reporter of vitest that leaves a run's {@link Results} in the file that EVENTWIRE_RESULTS names. */
export default class ResultsReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    /** @type {Results} */
    const results = { passed: 0, skipped: 0, failed: [], unhandled: unhandled.length };
    for (const file of modules) {
      // What is wrong outside of a single test: in the file itself, or in a hook.
      const suites = [file, ...file.children.allSuites()];
      const errors = suites.flatMap((suite) => suite.errors().map(({ message }) => message));
      for (const test of file.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') results.passed++;
        else if (result.state === 'failed')
          errors.push(result.errors.map(({ message }) => message).join('\n'));
        else results.skipped++;
      }
      if (errors.length > 0 || !file.ok()) results.failed.push({ name: file.moduleId, errors });
    }
    writeFileSync(process.env.EVENTWIRE_RESULTS ?? 'results.json', JSON.stringify(results));
  }
}
