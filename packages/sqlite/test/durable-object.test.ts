import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { createSqliteLog, createSqliteRunStore, type DurableObjectStorageLike } from '../src/index';
import { Database } from './open';

const database = new Database(':memory:');
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => {
  database.close();
});

/** As workerd has it: what is of one transaction is said by its function alone, and there is no pragma. */
const storage: DurableObjectStorageLike = {
  sql: {
    exec: (sql, ...values) => {
      if (/^(?:begin|commit|rollback|savepoint|release|pragma)/i.test(sql)) throw new Error('not authorized');
      const statement = database.prepare(sql);
      if (/^select/i.test(sql)) return { toArray: () => statement.all(...values) };
      statement.run(...values);
      return { toArray: () => [] };
    },
  },
  transactionSync: (body) => {
    database.exec('SAVEPOINT one');
    try {
      return body();
    } catch (error) {
      database.exec('ROLLBACK TO one');
      throw error;
    } finally {
      database.exec('RELEASE one');
    }
  },
};

describe('in the storage of a Durable Object', () => {
  it('a log gives what was added, to those that read it and to those that follow it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const log = createSqliteLog({ database: storage, key: 'followed' });
    const heard: unknown[] = [];
    const abort = new AbortController();
    await log.follow('', ({ events }) => heard.push(...events.map(({ event }) => event.data)), abort.signal);
    await Promise.all(['one', 'two'].map((data) => log.append(data)));
    await log.append('three');
    expect(heard).toEqual(['one', 'two', 'three']);
    // Nobody else can write to it, so that nothing has to be looked for.
    expect(vi.getTimerCount()).toBe(0);
    abort.abort();
    const { events, gap } = await createSqliteLog({ database: storage, key: 'followed' }).read('', {
      limit: 10,
    });
    expect([gap, ...events.map(({ event }) => event.data)]).toEqual([false, 'one', 'two', 'three']);
    await log[Symbol.asyncDispose]();
    await log.append('four');
  });

  it('a run is claimed, ended and known as such', async () => {
    const run = createSqliteRunStore({ database: storage }).open('job');
    const claim = await run.claim({ lease: 60_000, ttl: 60_000 });
    const end = { outcome: 'done' } as const;
    await run.append({ type: 'eventwire:end', data: JSON.stringify(end) }, { term: claim?.term, end });
    expect(await run.state()).toMatchObject({ status: 'ended', outcome: 'done' });
  });

  it('the events of a turn that fails are all undone, and the storage is named', async () => {
    const log = createSqliteLog({ database: storage, key: 'undone' });
    await log.append('one', { idempotencyKey: 'known' });
    database.exec('ALTER TABLE eventwire_wire_ids RENAME TO elsewhere');
    const refused = [log.append('two'), log.append('three', { wireId: 'mine' })];
    for (const append of refused) {
      await expect(append).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/^The storage of the Durable Object could not be used: no such table/),
      });
    }
    database.exec('ALTER TABLE elsewhere RENAME TO eventwire_wire_ids');
    await log.append('four');
    const { events } = await log.read('', { limit: 10 });
    expect(events.map(({ id, event }) => [id.replace(/.*\./, ''), event.data])).toEqual([
      ['1', 'one'],
      ['2', 'four'],
    ]);
  });
});
