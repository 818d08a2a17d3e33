import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { createSqliteLog, createSqliteRunStore, type SqliteHandle } from '../src/index';
import { Database, openShared, testFolder } from './open';

const folder = testFolder();
afterEach(() => {
  vi.useRealTimers();
});

/** Calls `look` for each look whether another process has written. */
function watched(database: SqliteHandle, look: () => void): SqliteHandle {
  database.exec('PRAGMA journal_mode = WAL');
  return {
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      if (sql !== 'PRAGMA data_version') return statement;
      return {
        run: (...values) => statement.run(...values),
        all: (...values) => {
          look();
          return statement.all(...values);
        },
      };
    },
  };
}

it('looks for events of other processes at one pace, whoever comes and goes', async () => {
  const path = join(folder, 'events.db');
  const looks = vi.fn();
  const counting = watched(new Database(path), looks);
  const [log, other] = [
    createSqliteLog({ database: counting }),
    createSqliteLog({ database: new Database(path) }),
  ];
  let heard = 0;
  let current = new AbortController();
  const follow = (after: string): Promise<void> =>
    log.follow(
      after,
      ({ events }) => {
        const last = events.at(-1);
        if (!last) return;
        heard++;
        // The only one that waits leaves, and another comes, within one look.
        current.abort();
        current = new AbortController();
        void follow(last.id);
      },
      current.signal,
    );
  await follow(await log.lastId());
  for (let count = 1; count <= 10; count++) {
    await other.append('news');
    await expect.poll(() => heard).toBe(count);
  }
  looks.mockClear();
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(looks.mock.calls.length).toBeLessThan((performance.now() - began) / 25 + 5);
  current.abort();
});

it('looks no more once nobody follows', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const database = openShared(join(folder, 'left.db'));
  const log = createSqliteLog({ database });
  const [one, other] = [new AbortController(), new AbortController()];
  for (const { signal } of [one, other]) await log.follow('', () => {}, signal);
  one.abort();
  expect(vi.getTimerCount()).toBe(1);
  other.abort();
  expect(vi.getTimerCount()).toBe(0);
  database.close();
});

it('does not look for one that could not begin to follow, or had left before', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const database = openShared(join(folder, 'never.db'));
  const run = createSqliteRunStore({ database }).open('job');
  const followed = run.follow('', () => {}, new AbortController().signal);
  await expect(followed).rejects.toMatchObject({ code: 'MISSING' });
  await createSqliteLog({ database }).follow('', () => {}, AbortSignal.abort());
  expect(vi.getTimerCount()).toBe(0);
  database.close();
});

it('looks once a second where it cannot, and at its pace again once it can', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const path = join(folder, 'failing.db');
  let failure: Error | undefined;
  const looks = vi.fn(() => {
    if (failure) throw failure;
  });
  const database = watched(openShared(path), looks);
  const abort = new AbortController();
  await createSqliteLog({ database }).follow('', () => {}, abort.signal);
  vi.advanceTimersByTime(24);
  looks.mockClear();
  failure = new Error('closed');
  vi.advanceTimersByTime(1000);
  expect(looks).toBeCalledTimes(1);
  failure = undefined;
  vi.advanceTimersByTime(1 + 25);
  expect(looks).toBeCalledTimes(3);
  abort.abort();
  database.close();
});

it('looks no more for a run that was deleted while it was claimed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const database = openShared(join(folder, 'deleted.db'));
  const run = createSqliteRunStore({ database }).open('job');
  await run.claim({ lease: 60_000, ttl: 60_000 });
  expect(vi.getTimerCount()).toBe(1);
  await run.delete();
  expect(vi.getTimerCount()).toBe(0);
  database.close();
});

it('hears of what another process wrote just before one more began to follow', async () => {
  const path = join(folder, 'one-more.db');
  const [database, elsewhere] = [openShared(path), openShared(path)];
  const [log, other] = [createSqliteLog({ database }), createSqliteLog({ database: elsewhere })];
  const heard: unknown[] = [];
  const abort = new AbortController();
  const place = await log.lastId();
  await log.follow(place, ({ events }) => heard.push(...events.map(({ event }) => event.data)), abort.signal);
  // No timer comes in between: the promise settles in the callback that has committed.
  await other.append('news');
  await log.follow(place, () => {}, abort.signal);
  await expect.poll(() => heard).toEqual(['news']);
  abort.abort();
  for (const one of [database, elsewhere]) one.close();
});
