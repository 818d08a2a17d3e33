import { parseArgs } from 'node:util';
import { UsageError } from '../src/options.mjs';
import { parts } from './parts.mjs';

export const usage = `pnpm bench:stream [options]

Without options: everything, on Node 24 and Node 20, written to docs/performance.

  --part <name>       only this: ${parts.map(({ name }) => name).join(', ')}
  --only <patterns>   only workloads and participants of which a name contains one of these, separated by commas
  --node <versions>   only these, separated by commas, such as 20,24
  --rounds <n>        that are counted; default 9
  --quick             a tenth of the events, 3 rounds: only to see that it works
  --out <folder>      write the report there; default: docs/performance for a run of everything, else nowhere
  --help
`;

/** @typedef {ReturnType<typeof readOptions>} Options */

/** @param {string[]} args */
export function readOptions(args) {
  const values = parse(args);
  const { quick = false, help = false, out, part } = values;
  if (part !== undefined && !parts.some(({ name }) => name === part)) {
    throw new UsageError(`--part: there is no ${part}`);
  }
  const only = (values.only ?? '').split(',').filter((pattern) => pattern !== '');
  const rounds = Number(values.rounds ?? (quick ? 3 : 9));
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new UsageError(`--rounds must be a whole number above 0, not ${values.rounds}`);
  }
  const partial = Object.keys(values).some((name) => name !== 'out');
  return {
    ...{ help, quick, rounds },
    nodes: (values.node ?? '24,20').split(','),
    out: out ?? (partial ? undefined : 'docs/performance'),
    parts: parts
      .filter(({ name }) => part === undefined || name === part)
      .map((one) => chosen(one, only, quick)),
  };
}

/**
 * Of a part what the patterns choose. A pattern is about workloads or about participants; without any about
 * one of these, all of them are chosen. Ours always takes part.
 *
 * @param {import('./part.mjs').Part} part
 * @param {readonly string[]} only
 * @param {boolean} quick
 * @returns {import('./part.mjs').Part}
 */
function chosen(part, only, quick) {
  const names = [...part.workloads, ...part.participants].map(({ name }) => name);
  // A whole name means that one alone.
  const isMeant = (/** @type {string} */ name, /** @type {string} */ pattern) =>
    names.includes(pattern) ? name === pattern : name.includes(pattern);
  /** @template {{ name: string }} T @param {readonly T[]} all @returns {readonly T[]} */
  const choose = (all) => {
    const some = all.filter(({ name }) => only.some((pattern) => isMeant(name, pattern)));
    return some.length > 0 ? some : all;
  };
  const events = (/** @type {number} */ count) => (quick ? Math.max(10, Math.round(count / 10)) : count);
  const participants = choose(part.participants);
  return {
    ...part,
    workloads: choose(part.workloads).map((workload) => ({ ...workload, events: events(workload.events) })),
    participants: part.participants.filter((one, index) => index === 0 || participants.includes(one)),
  };
}

/** @param {string[]} args */
function parse(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean' });
  try {
    return parseArgs({
      args: args.filter((argument) => argument !== '--'),
      options: { part: text, only: text, node: text, rounds: text, quick: flag, out: text, help: flag },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
