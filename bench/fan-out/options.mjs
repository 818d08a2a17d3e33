import { parseArgs } from 'node:util';
import { UsageError } from '../src/options.mjs';
import { mostOpenFiles } from './open-files.mjs';
import { OURS, servers } from './servers.mjs';
import { workloads } from './workloads.mjs';

const parts = /** @type {const} */ (['costs', 'latency', 'growth', 'replay']);

export const usage = `pnpm bench:fan-out [options]

Without options: everything, written to docs/performance.

  --part <name>       only this: ${parts.join(', ')} (may be repeated)
  --servers <names>   beside ours only these, separated by commas: ${servers.map(({ name }) => name).join(', ')}
  --connections <n>   to each server; default 1000
  --rounds <n>        of processor time and memory; default 5
  --seconds <n>       for which a round of a workload publishes; default 1 or 2
  --rate <n>          instead of the table's workloads one of so many events a second,
  --burst <n>         so many at once (default 1),
  --bytes <n>         of so many bytes (default 100)
  --quick             few connections, one round: only to see that it works
  --profile <folder>  write a profile of each server of ours there
  --out <folder>      write the report there; default: docs/performance for a run of everything, else nowhere
  --help
`;

/** Descriptors that a process of Node needs beside its connections. */
const OTHER_FILES = 200;

/** @typedef {ReturnType<typeof readOptions>} Options */
/** @typedef {(typeof parts)[number]} Part */

/** @param {string[]} args */
export function readOptions(args) {
  const values = parse(args);
  const { quick = false, out, profile, help = false } = values;
  const names = values.servers?.split(',') ?? servers.map(({ name }) => name);
  for (const name of names) {
    if (!servers.some((server) => server.name === name))
      throw new UsageError(`--servers: there is no ${name}`);
  }
  for (const part of values.part ?? []) {
    if (!parts.some((name) => name === part)) throw new UsageError(`--part: there is no ${part}`);
  }
  const connections = whole('connections', values.connections) ?? (quick ? 100 : 1000);
  const open = mostOpenFiles() - OTHER_FILES;
  if (connections < 50)
    throw new UsageError('--connections: 50 at least, of which the first are not counted');
  if (connections > open)
    throw new UsageError(`--connections: this user may have ${open} at most (ulimit -Hn)`);
  const seconds = positive('seconds', values.seconds) ?? (quick ? 0.5 : undefined);
  const rate = positive('rate', values.rate);
  const own = {
    ...{ name: 'own', rate: rate ?? 0, burst: whole('burst', values.burst) ?? 1 },
    ...{ bytes: whole('bytes', values.bytes) ?? 100, seconds: 2 },
  };
  if (rate === undefined && (values.burst ?? values.bytes) !== undefined)
    throw new UsageError('--burst and --bytes belong to a workload of your own: give its --rate too');
  const title = `${own.bytes} bytes, ${own.rate} events/s, ${own.burst} at once`;
  const partial = Object.keys(values).some((name) => name !== 'out' && name !== 'profile');
  return {
    ...{ help, quick, profile, connections },
    out: out ?? (partial ? undefined : 'docs/performance'),
    has: (/** @type {Part} */ part) => values.part?.includes(part) ?? true,
    taking: servers.filter(({ name }) => name === OURS || names.includes(name)),
    rounds: whole('rounds', values.rounds) ?? (quick ? 1 : 5),
    workloads: (rate === undefined ? workloads : [{ ...own, title }]).map((workload) => ({
      ...workload,
      seconds: seconds ?? workload.seconds,
    })),
    /** Of the parts that are about size. */
    many: Math.min(quick ? 300 : 10_000, open),
  };
}

/** @param {string} name @param {string | undefined} text */
function positive(name, text) {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new UsageError(`--${name} must be a number above 0, not ${text}`);
}

/** @param {string} name @param {string | undefined} text */
function whole(name, text) {
  const number = positive(name, text);
  if (number === undefined || Number.isSafeInteger(number)) return number;
  throw new UsageError(`--${name} must be a whole number, not ${text}`);
}

/** @param {string[]} args */
function parse(args) {
  const text = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean' });
  try {
    return parseArgs({
      args: args.filter((argument) => argument !== '--'),
      options: {
        ...{ part: { ...text, multiple: true }, servers: text, connections: text, rounds: text },
        ...{ seconds: text, rate: text, burst: text, bytes: text },
        ...{ quick: flag, profile: text, out: text, help: flag },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
