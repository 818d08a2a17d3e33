import type { EventLog, RunStore } from '@eventwire/server';
import { createSqliteLog, createSqliteRunStore, type SqliteHandle } from '@eventwire/sqlite';
import { describeEventLog } from '@eventwire/testing/event-log';
import { describeRunStore } from '@eventwire/testing/run-store';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSeed } from '../support/random';
import { databaseFolder, sqlites } from '../support/sqlite-databases';
import { codeOf, commands, play, RunWorld, useTestClock } from './run-model';

const api = { describe, it, expect };

/** What a log and a run store in a database have to do, with each SQLite that this runtime has. */
export function describeSqlite(): void {
  it('this runtime has an SQLite to test with', () => {
    expect(Object.keys(sqlites)).not.toEqual([]);
  });

  describe.each(Object.entries(sqlites))('with %s', describeStores);
}

function describeStores(driver: string, open: (path: string) => SqliteHandle): void {
  let files: Awaited<ReturnType<typeof databaseFolder>>;
  beforeAll(async () => {
    files = await databaseFolder();
  });
  afterAll(() => files.dispose());

  /** A handle that is closed with what is made on it. */
  function closing<T extends AsyncDisposable>(make: (database: SqliteHandle) => T, path: string): T {
    const database = open(path);
    const made = make(database);
    const dispose = made[Symbol.asyncDispose].bind(made);
    return Object.assign(made, {
      [Symbol.asyncDispose]: async () => {
        await dispose();
        database.close();
      },
    });
  }

  describeEventLog(
    `createSqliteLog on ${driver}`,
    ({ maxEvents }) =>
      closing((database) => createSqliteLog({ database, maxEvents }), files.next()) as EventLog &
        AsyncDisposable,
    api,
  );

  const paths = new WeakMap<RunStore, string>();
  const storeOn = (path: string) => {
    const store = closing((database) => createSqliteRunStore({ database }), path);
    paths.set(store, path);
    return store;
  };
  describeRunStore(`createSqliteRunStore on ${driver}`, () => storeOn(files.next()), api, {
    other: (store) => storeOn(paths.get(store) ?? ''),
    reopen: async (store) => {
      await store[Symbol.asyncDispose]();
      return storeOn(paths.get(store) ?? '');
    },
  });

  describe('a run, with a clock of the test', () => {
    const advance = useTestClock();

    it('does what the model does, opened again in between', async () => {
      await fc.assert(
        fc.asyncProperty(commands(), async (list) => {
          const path = files.next();
          let store = storeOn(path);
          await play(new RunWorld({ log: () => store.open('job'), advance }), list);
          const before = await codeOf(() => store.open('job').read('', { limit: 1000 }));
          await store[Symbol.asyncDispose]();
          store = storeOn(path);
          expect(await codeOf(() => store.open('job').read('', { limit: 1000 }))).toEqual(before);
          await store[Symbol.asyncDispose]();
        }),
        { numRuns: 100, seed: runSeed },
      );
    });
  });
}
