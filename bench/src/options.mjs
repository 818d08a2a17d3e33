import { parseArgs } from 'node:util';
import { peers } from './peers.mjs';
import { suites } from './suites.mjs';

export const usage = `pnpm bench [options]

Without options: everything, on Node 20 and Node 24, written to docs/performance; then pnpm bench:fan-out, which follows a run of
everything, with --quick and --out as they are here.

  --only <pattern>    only workloads whose name contains this (several: separated by commas)
  --peers <pattern>   beside ours only peers whose name contains this (several: separated by commas)
  --suite <name>      only this suite: ${[...new Set(suites.map(({ option }) => option))].join(', ')} (may be repeated)
  --node <version>    only this Node, such as 24 (may be repeated)
  --seed <n>          of the workloads' generator; default 1
  --quick             short rounds: only to see that it works
  --out <folder>      write the report there; default: docs/performance for a run of everything, else nowhere
  --help
`;

/** Options that make no sense, told without a stack. */
export class UsageError extends Error {}

/** @param {string[]} args */
export function readOptions(args) {
  const { values } = parse(args);
  const list = (/** @type {string | undefined} */ text) =>
    (text ?? '').split(',').filter((part) => part !== '');
  const only = list(values.only);
  const wanted = list(values.peers);
  const seed = Number(values.seed ?? '1');
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new UsageError(`--seed must be a whole number, not ${values.seed}`);
  for (const name of values.suite ?? []) {
    if (!suites.some(({ option }) => option === name))
      throw new UsageError(`--suite: there is no suite ${name}`);
  }
  for (const part of wanted) {
    if (!peers.some(({ name }) => name.includes(part)))
      throw new UsageError(`--peers: no peer's name contains ${part}`);
  }
  const plan = suites
    .filter(({ option }) => values.suite === undefined || values.suite.includes(option))
    .map((suite) => ({
      ...suite,
      workloads: suite.workloads.filter(
        ({ name }) => only.length === 0 || only.some((part) => name.includes(part)),
      ),
    }))
    .filter(({ workloads }) => workloads.length > 0);
  if (plan.length === 0) throw new UsageError(`--only: no workload of these suites contains ${values.only}`);
  const chosen = [values.only, values.peers, values.suite, values.node].some((value) => value !== undefined);
  const partial = chosen || values.quick !== undefined;
  return {
    help: values.help ?? false,
    quick: values.quick ?? false,
    nodes: values.node ?? ['24', '20'],
    isWanted: (/** @type {string} */ name) =>
      wanted.length === 0 || wanted.some((part) => name.includes(part)),
    seed,
    plan,
    out: values.out ?? (partial ? undefined : 'docs/performance'),
    /** What the fan-out's bench is called with, where everything is wanted. */
    fanOut: chosen
      ? undefined
      : [...(values.quick ? ['--quick'] : []), ...(values.out === undefined ? [] : ['--out', values.out])],
  };
}

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        only: { type: 'string' },
        peers: { type: 'string' },
        suite: { type: 'string', multiple: true },
        node: { type: 'string', multiple: true },
        seed: { type: 'string' },
        quick: { type: 'boolean' },
        out: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
