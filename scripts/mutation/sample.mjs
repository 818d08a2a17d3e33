// A checker for the mutation tester that lets through one mutant of `EVENTWIRE_ONE_IN`. What it refuses counts as
// code that does not compile, so neither as killed nor as alive.
import { createHash } from 'node:crypto';

const oneIn = Number(process.env.EVENTWIRE_ONE_IN ?? 1);

/**
 * By where and what it is, so that a second run takes the same ones.
 * @param {import('./score.mjs').Mutant} mutant
 */
function isChosen({ fileName, location: { start, end }, replacement }) {
  const place = [fileName.replace(/^.*packages\//, ''), start.line, start.column, end.line, end.column];
  const hash = createHash('sha256').update(JSON.stringify([...place, replacement]));
  return hash.digest().readUInt32BE() % oneIn === 0;
}

class Sample {
  async init() {}
  /** @param {readonly (import('./score.mjs').Mutant & { id: string })[]} mutants */
  async check(mutants) {
    return Object.fromEntries(
      mutants.map((mutant) => [
        mutant.id,
        isChosen(mutant)
          ? { status: 'passed' }
          : { status: 'compileError', reason: 'It is not of the sample.' },
      ]),
    );
  }
}

export const strykerPlugins = [{ kind: 'Checker', name: 'sample', injectableClass: Sample }];
