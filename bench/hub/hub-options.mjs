import { parseArgs } from 'node:util';
import { UsageError } from '../src/options.mjs';

export const usage = `pnpm bench:hub [options]

Without options: everything on Node 24, written to docs/performance.

  --node <version>  such as 24; from 22.13, which brings SQLite
  --quick           few events: only to see that it works
  --out <folder>    write the report there; default: docs/performance without --quick and --node, else nowhere
  --help
`;

/** @param {string[]} args */
export function readOptions(args) {
  const { quick = false, help = false, node, out } = parse(args);
  const isWhole = !quick && node === undefined;
  return { help, quick, node: node ?? '24', out: out ?? (isWhole ? 'docs/performance' : undefined) };
}

/** @param {string[]} args */
function parse(args) {
  const text = { type: /** @type {const} */ ('string') };
  const flag = { type: /** @type {const} */ ('boolean') };
  try {
    return parseArgs({ args, options: { node: text, out: text, quick: flag, help: flag } }).values;
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}
