import { parseArgs } from 'node:util';
import { UsageError } from '../src/options.mjs';

const STORES = /** @type {const} */ (['memory', 'sqlite', 'redis']);
const PARTS = /** @type {const} */ (['append', 'follow', 'open', 'memory']);

export const usage = `pnpm bench:runs [options]

Without options: every store on Node 24, written to docs/performance.

  --store <names>   only these: ${STORES.join(', ')}
  --part <names>    only these: ${PARTS.join(', ')}
  --node <version>  such as 24; from 22.13, which brings SQLite
  --rounds <n>      that are counted; default 5
  --quick           a tenth of everything: only to see that it works
  --out <folder>    write the report there; default: docs/performance for a run of everything, else nowhere
  --help
`;

/** @param {string[]} args */
export function readOptions(args) {
  const values = parse(args);
  const { quick = false, help = false, node = '24', out } = values;
  const rounds = Number(values.rounds ?? (quick ? 2 : 5));
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new UsageError(`--rounds must be a whole number above 0, not ${values.rounds}`);
  }
  const isPartial = Object.keys(values).some((name) => name !== 'out');
  return {
    ...{ help, quick, node, rounds },
    out: out ?? (isPartial ? undefined : 'docs/performance'),
    stores: some('store', STORES, values.store),
    parts: some('part', PARTS, values.part),
  };
}

/** @template {string} T @param {string} option @param {readonly T[]} all @param {string | undefined} text */
function some(option, all, text) {
  const names = text?.split(',') ?? all;
  for (const name of names) {
    if (!all.some((one) => one === name)) throw new UsageError(`--${option}: there is no ${name}`);
  }
  return all.filter((name) => names.includes(name));
}

/** @param {string[]} args */
function parse(args) {
  const text = { type: /** @type {const} */ ('string') };
  const flag = { type: /** @type {const} */ ('boolean') };
  const options = { store: text, part: text, node: text, rounds: text, out: text, quick: flag, help: flag };
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}
