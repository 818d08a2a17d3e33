import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSqliteLog, createSqliteRunStore } from '../src/index';
import { Database, openShared, testFolder, withSqlite } from './open';

const folder = testFolder();
afterEach(() => {
  vi.useRealTimers();
});

describe('the events of one turn', () => {
  it('are kept in rows that are short, since a page reads whole rows', async () => {
    const database = openShared(join(folder, 'rows.db'));
    const log = createSqliteLog({ database });
    await Promise.all(Array.from({ length: 20 }, () => log.append('x'.repeat(10_000))));
    const rows = database.prepare('SELECT length(body) AS length FROM eventwire_events').all();
    expect(rows.map((row) => Math.floor((row as { length: number }).length / 10_000))).toEqual([
      3, 3, 3, 3, 3, 3, 2,
    ]);
    database.close();
  });
});

describe('a file that is given by its path', () => {
  it('is closed with the log, and leaves nothing beside it', async () => {
    const path = join(folder, 'path.db');
    const log = withSqlite(() => createSqliteLog({ database: path }));
    await log.append('one');
    expect(existsSync(`${path}-wal`)).toBe(true);
    await log[Symbol.asyncDispose]();
    expect(existsSync(`${path}-wal`)).toBe(false);
  });
});

describe('a run', () => {
  it('is read while another process writes, whatever its state', async () => {
    const path = join(folder, 'runs.db');
    const [database, other] = [openShared(path), openShared(path)];
    const store = createSqliteRunStore({ database });
    const [running, stopping, ended] = ['running', 'stopping', 'ended'].map((name) => store.open(name));
    for (const run of [running, stopping, ended]) await run?.claim({ lease: 60_000, ttl: 600_000 });
    await stopping?.requestStop('enough');
    await ended?.append({ type: 'eventwire:end', data: '{}' }, { end: { outcome: 'done' } });
    other.exec('BEGIN IMMEDIATE');
    expect(await running?.state()).toMatchObject({ status: 'running' });
    expect(await stopping?.state()).toMatchObject({ status: 'running', stopping: 'enough' });
    expect(await ended?.state()).toMatchObject({ status: 'ended', outcome: 'done' });
    // Long after its lease, nothing is left to be written of one that has ended.
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 200_000 });
    expect(await ended?.state()).toMatchObject({ status: 'ended', outcome: 'done' });
    await expect(stopping?.state()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    other.exec('ROLLBACK');
    expect(await stopping?.state()).toMatchObject({ status: 'ended', outcome: 'stopped' });
    await running?.delete();
    for (const one of [database, other]) one.close();
  });

  it('that is missing is named as it was opened', async () => {
    const database = new Database(':memory:');
    const run = createSqliteRunStore({ database }).open('job');
    await expect(run.lastId()).rejects.toThrow(/^There is no run "job"$/);
    database.close();
  });
});
