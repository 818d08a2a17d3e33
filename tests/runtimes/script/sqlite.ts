import {
  createSqliteLog,
  createSqliteRunStore,
  type DurableObjectStorageLike,
  type SqliteDatabase,
} from '@eventwire/sqlite';
import { describeEventLog } from '@eventwire/testing/event-log';
import { describeRunStore } from '@eventwire/testing/run-store';

export interface SqliteReport {
  passed: number;
  failures: string[];
}

type Test = readonly [name: string, body: () => Promise<void>];

/** The contracts of a log and of a run store. `next` gives a database that nobody has used. */
function contracts(next: () => SqliteDatabase): readonly Test[] {
  const tests: Test[] = [];
  const api = {
    describe: (_name: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => tests.push([name, body]),
    expect: (value: unknown) => ({
      toBe: (expected: unknown) => agree(value, expected),
      toEqual: (expected: unknown) => agree(plain(value), plain(expected)),
    }),
  };
  const databases = new WeakMap<object, SqliteDatabase>();
  const storeOn = (database: SqliteDatabase) => {
    const store = createSqliteRunStore({ database });
    databases.set(store, database);
    return store;
  };
  const again = (store: object) => storeOn(databases.get(store) ?? '');
  describeEventLog('log', ({ maxEvents }) => createSqliteLog({ database: next(), maxEvents }), api);
  describeRunStore('runs', () => storeOn(next()), api, {
    other: again,
    reopen: async (store) => {
      await store[Symbol.asyncDispose]();
      return again(store);
    },
  });
  return tests;
}

async function runTests(tests: readonly Test[]): Promise<SqliteReport> {
  const report: SqliteReport = { passed: 0, failures: [] };
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

/** By paths that the runtime's own SQLite opens, in `folder`. */
export function run(folder: string): Promise<SqliteReport> {
  let files = 0;
  return runTests(contracts(() => `${folder}/${files++}.db`));
}

/** How many tests there are. */
export const testCount = contracts(() => '').length;

/** One of them, in the storage of a Durable Object. */
export function runInStorage(storage: DurableObjectStorageLike, index: number): Promise<SqliteReport> {
  return runTests(contracts(() => storage).slice(index, index + 1));
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
