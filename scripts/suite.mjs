// One vitest project as a command of its own: whole numbers on the command line become the environment that its tests read.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, root, run } from './run.mjs';
import { ensureAll } from './system.mjs';

/**
 * @typedef {object} SuiteOption a whole number
 * @property {string} about for --help
 * @property {string} variable the environment variable that the tests read
 * @property {number} standard what it is unless given
 * @property {number} [least] default 1
 * @property {number} [multipleOf] default 1
 *
 * @typedef {object} Suite
 * @property {string} command as people type it
 * @property {string} about what it does, in a sentence
 * @property {string} project vitest's name of it
 * @property {Record<string, SuiteOption>} options
 * @property {string[]} [programs] that it cannot do without, as scripts/system.mjs names them
 */

/** A run with the same seed meets the same. @type {SuiteOption} */
export const seed = {
  about: 'what chance decides',
  variable: 'EVENTWIRE_SEED',
  standard: Date.now() % 2 ** 31,
  least: 0,
};
/** The largest number that is taken: of ten digits. */
const MOST = 9_999_999_999;

/**
 * Runs the project with the options of this process's command line, and ends as it does; with 2 where they cannot be used.
 * @param {Suite} suite
 */
export async function runSuite(suite) {
  const { project, programs = [] } = suite;
  let env;
  try {
    env = environmentOf(suite, process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${helpOf(suite)}`);
    process.exitCode = 2;
    return;
  }
  if (env === undefined) return console.log(helpOf(suite));
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  await run(process.execPath, [vitest, 'run', '--project', project], {
    env: { ...env, ...ensureAll(programs) },
  }).catch(fail);
}

/**
 * What the tests are told, or undefined where help is asked for. Throws at what cannot be used.
 * @param {Suite} suite @param {string[]} args
 * @returns {Record<string, string> | undefined}
 */
export function environmentOf({ options }, args) {
  const { values } = parseArgs({
    // pnpm hands on the `--` that some put before options.
    args: args.filter((argument) => argument !== '--'),
    options: {
      help: { type: 'boolean' },
      ...Object.fromEntries(Object.keys(options).map((name) => [name, { type: 'string' }])),
    },
  });
  if (values.help) return undefined;
  /** @type {Record<string, unknown>} */
  const given = values;
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [
      option.variable,
      check(name, option, String(given[name] ?? option.standard)),
    ]),
  );
}

/** @param {string} name @param {SuiteOption} option @param {string} value @returns {string} the value */
function check(name, { least = 1, multipleOf = 1 }, value) {
  const number = /^[0-9]+$/.test(value) ? Number(value) : Number.NaN;
  if (number >= least && number <= MOST && number % multipleOf === 0) return value;
  const multiple = multipleOf === 1 ? '' : `, a multiple of ${multipleOf}`;
  throw new Error(`--${name} must be a whole number from ${least} to ${MOST}${multiple}, not ${value}`);
}

/** @param {Suite} suite */
function helpOf({ command, about, options }) {
  const lines = Object.entries(options).map(([name, option]) => {
    const standard = option === seed ? 'by the clock' : option.standard;
    return [`  --${name} N`.padEnd(20), `${option.about} (default: ${standard})`].join('');
  });
  return [`${command}: ${about}`, ...lines, '  --help            this'].join('\n');
}
