import { createSqliteLog, createSqliteRunStore } from '@eventwire/sqlite';
import { describeEventLog } from '@eventwire/testing/event-log';
import { describeRunStore } from '@eventwire/testing/run-store';

interface SqliteReport {
  passed: number;
  failures: string[];
}

/** The contracts of a log and of a run store, by paths that the runtime's own SQLite opens, in `folder`. */
export async function run(folder: string): Promise<SqliteReport> {
  const report: SqliteReport = { passed: 0, failures: [] };
  const tests: [name: string, body: () => Promise<void>][] = [];
  const api = {
    describe: (_name: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => tests.push([name, body]),
    expect: (value: unknown) => ({
      toBe: (expected: unknown) => agree(value, expected),
      toEqual: (expected: unknown) => agree(plain(value), plain(expected)),
    }),
  };
  let files = 0;
  const next = () => `${folder}/${files++}.db`;
  const paths = new WeakMap<object, string>();
  const storeOn = (database: string) => {
    const store = createSqliteRunStore({ database });
    paths.set(store, database);
    return store;
  };
  describeEventLog('log', ({ maxEvents }) => createSqliteLog({ database: next(), maxEvents }), api);
  describeRunStore('runs', () => storeOn(next()), api, {
    other: (store) => storeOn(paths.get(store) ?? ''),
    reopen: async (store) => {
      await store[Symbol.asyncDispose]();
      return storeOn(paths.get(store) ?? '');
    },
  });
  for (const [name, body] of tests) {
    try {
      await body();
      report.passed++;
    } catch (error) {
      report.failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return report;
}

/** Compared by what they hold; what is undefined counts as absent. */
function plain(value: unknown): string {
  const seen = (_key: string, part: unknown) => {
    if (part instanceof Uint8Array) return [...part];
    if (part instanceof Set) return [...part].sort();
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return JSON.stringify(value, seen) ?? 'undefined';
}

function agree(value: unknown, expected: unknown): void {
  if (!Object.is(value, expected)) throw new Error(`${String(value)} is not ${String(expected)}`);
}
