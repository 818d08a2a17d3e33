import type { LogPage } from '@eventwire/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSqliteLog, createSqliteRunStore, type SqliteHandle } from '../src/index';
import { Database } from './open';

const LEASE = 10_000;
const TTL = 100_000;
const DONE = { type: 'eventwire:end', data: '{"outcome":"done"}' };

let database: SqliteHandle;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  database = new Database(':memory:');
});
afterEach(async () => {
  vi.useRealTimers();
  // Else claims would wait on.
  for (const name of namesOf()) {
    if (name.startsWith('run:')) await createSqliteRunStore({ database }).open(name.slice(4)).delete();
  }
  database.close();
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

/** A run that is claimed. */
async function claimed(name: string) {
  const run = createSqliteRunStore({ database }).open(name);
  const claim = await run.claim({ lease: LEASE, ttl: TTL });
  if (!claim) throw new Error(`${name} was claimed already`);
  return { run, claim };
}

const namesOf = () =>
  database
    .prepare('SELECT name FROM eventwire_logs ORDER BY name')
    .all()
    .map((row) => (row as { name: string }).name);

describe('a run whose producer is gone', () => {
  it('has stopped, once its lease is over, if it was asked to before', async () => {
    const { run } = await claimed('job');
    await run.requestStop('enough');
    pass(LEASE - 1);
    expect(await run.state()).toMatchObject({ status: 'running', stopping: 'enough' });
    pass(1);
    expect(await run.state()).toMatchObject({ status: 'ended', outcome: 'stopped', reason: 'enough' });
  });

  it('is abandoned after two leases if nobody has asked it to stop', async () => {
    const { run } = await claimed('job');
    pass(2 * LEASE - 1);
    expect(await run.state()).toMatchObject({ status: 'running' });
    pass(1);
    const { lastId, ...state } = (await run.state()) as { lastId: string };
    expect(state).toEqual({ status: 'ended', outcome: 'abandoned' });
    const { events } = await run.read('', { limit: 10 });
    expect(events.map(({ id, event }) => [id, event.type, event.data])).toEqual([
      [lastId, 'eventwire:end', '{"outcome":"abandoned"}'],
    ]);
  });

  it('is kept from when it ended, and not from when that was found out', async () => {
    const { run } = await claimed('job');
    pass(2 * LEASE + TTL - 1);
    expect(await run.state()).toMatchObject({ status: 'ended', outcome: 'abandoned' });
    pass(1);
    expect(await run.state()).toEqual({ status: 'missing' });
  });
});

describe('runs that nobody asks for', () => {
  it('are removed once they have expired, with their events, when another run is claimed', async () => {
    const store = createSqliteRunStore({ database });
    for (const name of ['ended', 'abandoned', 'kept']) {
      await store.open(name).claim({ lease: LEASE, ttl: name === 'kept' ? 100 * TTL : TTL });
      await store.open(name).append('one', { idempotencyKey: 'key', wireId: 'wire' });
    }
    for (const name of ['ended', 'kept']) await store.open(name).append(DONE, { end: { outcome: 'done' } });
    pass(2 * LEASE + TTL);
    await store.open('next').claim({ lease: LEASE, ttl: TTL });
    expect(namesOf()).toEqual(['run:kept', 'run:next']);
    for (const [table, left] of [
      ['events', 1],
      ['arrivals', 0],
      ['keys', 1],
      ['wire_ids', 1],
    ]) {
      expect(database.prepare(`SELECT * FROM eventwire_${table}`).all().length).toBe(left);
    }
  });

  it('are left alone before, as logs are', async () => {
    const store = createSqliteRunStore({ database });
    await createSqliteLog({ database }).append('one');
    await claimed('lost');
    const ended = await claimed('ended');
    await ended.run.append(DONE, { end: { outcome: 'done' } });
    pass(TTL - 1);
    await store.open('next').claim({ lease: LEASE, ttl: TTL });
    expect(namesOf()).toEqual(['log:"events"', 'run:ended', 'run:lost', 'run:next']);
    expect(await ended.run.state()).toMatchObject({ status: 'ended', outcome: 'done' });
  });
});

it('a run that is claimed anew after it has expired is a gap to those that follow it', async () => {
  const { run } = await claimed('job');
  await run.append(DONE, { end: { outcome: 'done' } });
  const told: LogPage[] = [];
  const abort = new AbortController();
  await run.follow(await run.lastId(), (page) => told.push(page), abort.signal);
  expect(told.splice(0)).toEqual([{ events: [], gap: false, end: { outcome: 'done' } }]);
  pass(TTL);
  const { claim } = await claimed('job');
  expect([claim.attempt, claim.resumed]).toEqual([1, false]);
  expect(told).toEqual([{ events: [], gap: true }]);
  const added = await run.append('one');
  expect(told.at(-1)?.events).toEqual([added]);
  abort.abort();
});

describe('a publisher', () => {
  it('is told that it has to stop if a log knows one of a higher term', async () => {
    const log = createSqliteLog({ database });
    await log.append('one', { term: 5 });
    await expect(log.append('late', { term: 4 })).rejects.toMatchObject({
      code: 'FENCED',
      message: 'The log has a publisher of term 5, and this one has 4: stop',
    });
    for (const term of [5, undefined, 6]) await log.append('on', { term });
    expect((await log.read('', { limit: 10 })).events.length).toBe(4);
  });

  it('is told that it has to stop if its run has another, or has ended', async () => {
    const { run, claim } = await claimed('job');
    pass(LEASE);
    const other = await claimed('job');
    const lost = { code: 'FENCED', message: 'The run has another producer, or is gone: stop' };
    await expect(run.append('late', { term: claim.term })).rejects.toMatchObject(lost);
    await expect(claim.renew()).rejects.toMatchObject(lost);
    await run.append(DONE, { term: other.claim.term, end: { outcome: 'done' } });
    await expect(other.claim.renew()).rejects.toMatchObject({
      code: 'ENDED',
      message: 'The run has ended: stop',
    });
    await expect(run.append('late', { term: other.claim.term })).rejects.toMatchObject({
      code: 'ENDED',
      message: 'The log was sealed by its end: add nothing more',
    });
  });

  it('that has lost its run cannot release it for the other', async () => {
    const { claim } = await claimed('job');
    pass(LEASE);
    const { run } = await claimed('job');
    await claim.release();
    expect(await run.claim({ lease: LEASE, ttl: TTL })).toBe(undefined);
  });
});
