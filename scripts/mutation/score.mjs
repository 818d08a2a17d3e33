import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { root } from '../run.mjs';

/**
 * A mutant that no test can kill or none should, and why. It is found again by its file, the line that it is in, and
 * what it makes of what: line numbers change too easily.
 * @typedef {object} Survivor
 * @property {string} file in the package's src
 * @property {string} line the whole line, without the spaces around it
 * @property {string} from
 * @property {string} to
 * @property {string} reason
 *
 * @typedef {object} Mutant as the mutation tester tells it
 * @property {string} fileName
 * @property {{ start: Position, end: Position }} location
 * @property {string} [replacement]
 * @property {string} status
 *
 * @typedef {{ line: number, column: number }} Position from 1
 */

/** @type {Record<string, Survivor[]>} */
export const survivors = JSON.parse(readFileSync(new URL('survivors.json', import.meta.url), 'utf8'));

/**
 * Where and what a mutant is, as a survivor says it.
 * @param {Mutant} mutant @param {(file: string) => string} read
 * @returns {Omit<Survivor, 'reason'>}
 */
function describe({ fileName, location: { start, end }, replacement = '' }, read) {
  const lines = read(fileName).split('\n');
  const own = lines.slice(start.line - 1, end.line);
  own.push(/** @type {string} */ (own.pop()).slice(0, end.column - 1));
  own.unshift(/** @type {string} */ (own.shift()).slice(start.column - 1));
  return {
    file: fileName.replace(/^.*packages\/[^/]+\/src\//, ''),
    line: /** @type {string} */ (lines[start.line - 1]).trim(),
    from: flat(own.join('\n')),
    to: flat(replacement),
  };
}

/** Those that tests notice, and the others. What does not compile, or is ignored, is neither. @param {readonly Mutant[]} mutants */
export const count = (mutants) => ({
  killed: mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout').length,
  alive: mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage'),
});

/**
 * How many of a package's mutants its tests kill, of those that can be told from the package.
 * @param {readonly Mutant[]} mutants @param {readonly Survivor[]} known @param {(file: string) => string} [read] a file's text
 */
export function score(mutants, known, read = readSource) {
  const { killed, alive } = count(mutants);
  const found = alive.map((mutant) => describe(mutant, read));
  const unexplained = found.filter((one) => !known.some((other) => same(one, other)));
  return {
    killed,
    /** Survivors with a reason. */
    explained: found.length - unexplained.length,
    unexplained,
    /** Reasons for what does not survive any more, or is not there. */
    stale: known.filter((one) => !found.some((other) => same(one, other))),
    percent: 100 - (100 * unexplained.length) / Math.max(1, killed + unexplained.length),
  };
}

/** @param {Omit<Survivor, 'reason'>} one @param {Omit<Survivor, 'reason'>} other */
const same = (one, other) =>
  one.file === other.file && one.line === other.line && one.from === other.from && one.to === other.to;

/** @param {string} code on one line */
const flat = (code) => code.replace(/\s+/g, ' ');

/** @param {string} file */
const readSource = (file) => readFileSync(resolve(root, file), 'utf8');
