import { join } from 'node:path';
import type { LoggedEvent, LogPage } from '@eventwire/server';
import { expect, it, vi } from 'vitest';
import { createSqliteLog, createSqliteRunStore } from '../src/index';
import { openShared, testFolder } from './open';

const folder = testFolder();

it('all that follow a log are given the event that was added, so that its frame is made once', async () => {
  const database = openShared(join(folder, 'same.db'));
  const log = createSqliteLog({ database });
  const { id } = await log.append('one');
  const given: LoggedEvent[] = [];
  const abort = new AbortController();
  for (let count = 0; count < 2; count++) {
    await log.follow(id, ({ events }) => given.push(...events), abort.signal);
  }
  for (const data of ['two', 'three']) {
    const added = await log.append(data);
    expect(given.splice(0).map((one) => one === added)).toEqual([true, true]);
  }
  abort.abort();
  database.close();
});

it('an event that was refused is nothing that those who follow hear of', async () => {
  const database = openShared(join(folder, 'refused.db'));
  const run = createSqliteRunStore({ database }).open('job');
  const claim = await run.claim({ lease: 60_000, ttl: 60_000 });
  const told: LogPage[] = [];
  const abort = new AbortController();
  // A place that is unknown, of which a look would tell again.
  await run.follow('elsewhere.5', (page) => told.push(page), abort.signal);
  expect(told.splice(0)).toEqual([{ events: [], gap: true }]);
  const late = run.append('late', { term: (claim?.term ?? 0) - 1 });
  await expect(late).rejects.toMatchObject({ code: 'FENCED' });
  expect(told).toEqual([]);
  abort.abort();
  await run.delete();
  database.close();
});

it('an error of one that follows is said aloud, and kept from whoever appends', async () => {
  const database = openShared(join(folder, 'error.db'));
  const log = createSqliteLog({ database });
  const aloud = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => {});
  const abort = new AbortController();
  await log.follow(
    await log.lastId(),
    () => {
      throw new Error('of the listener');
    },
    abort.signal,
  );
  const { id } = await log.append('one');
  expect(await log.lastId()).toBe(id);
  const [[say = () => {}] = []] = aloud.mock.calls;
  aloud.mockRestore();
  expect(say).toThrow('of the listener');
  abort.abort();
  database.close();
});
