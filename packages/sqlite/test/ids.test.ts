import { afterAll, describe, expect, it } from 'vitest';
import { createSqliteLog, createSqliteRunStore } from '../src/index';
import { Database } from './open';

const database = new Database(':memory:');
afterAll(() => {
  database.close();
});

describe('the wireId of an event', () => {
  it('is not one that the log assigns, be its number short or long', async () => {
    const log = createSqliteLog({ database });
    const last = await log.lastId();
    for (const number of ['7', '12', '4096']) {
      const wireId = last.replace(/\d+$/, number);
      await expect(log.append('one', { wireId })).rejects.toMatchObject({
        code: 'ID_NOT_ALLOWED',
        field: 'id',
        message: `wireId "${wireId}" is an id of this log: choose one that no log assigns`,
      });
    }
    expect(await log.lastId()).toBe(last);
  });

  it('may look like one of another log, or nearly like one of this', async () => {
    const log = createSqliteLog({ database });
    const last = await log.lastId();
    for (const wireId of ['v1.5', `${last}b`, last.replace(/\d+$/, '07'), last.replace(/\d+$/, '-1')]) {
      const { id } = await log.append('one', { wireId });
      expect(await log.locate?.(wireId)).toBe(id);
    }
  });

  it('makes no difference to what the producer of a run that is gone is told', async () => {
    const run = createSqliteRunStore({ database }).open('gone');
    for (const wireId of [undefined, 'mine', 'v1.5']) {
      await expect(run.append('one', { wireId, term: 1 })).rejects.toMatchObject({ code: 'FENCED' });
      await expect(run.append('one', { wireId })).rejects.toMatchObject({ code: 'MISSING' });
    }
  });
});

describe('ids', () => {
  it('are compared within one log only', async () => {
    const [log, other] = [
      createSqliteLog({ database, key: 'one' }),
      createSqliteLog({ database, key: 'other' }),
    ];
    const { id } = await log.append('a');
    expect(log.compare(id, (await log.append('b')).id)).toBe(-1);
    const foreign = (await other.append('c')).id;
    expect(() => log.compare(id, foreign)).toThrow(expect.objectContaining({ code: 'FOREIGN_ID' }));
  });

  it('are refused where they are none, with the way out', async () => {
    const log = createSqliteLog({ database });
    const { id } = await log.append('a');
    for (const none of ['', '5', 'mine', `${id}b`, id.replace(/\d+$/, '05')]) {
      for (const [one, two] of [
        [none, id],
        [id, none],
        [none, none],
      ] as const) {
        expect(() => log.compare(one, two)).toThrow(
          expect.objectContaining({
            code: 'FOREIGN_ID',
            message: `${one} and ${two} are not of one log: read() them first`,
          }),
        );
      }
      expect(() => log.cursorBefore?.(none)).toThrow(
        expect.objectContaining({
          code: 'FOREIGN_ID',
          message: `${JSON.stringify(none)} is no id of this log: read() it first`,
        }),
      );
    }
  });

  it('of a log begin as its option says, and those of a run with no more than its own name', async () => {
    const log = createSqliteLog({ database, key: 'named', idPrefix: 'eu:' });
    expect((await log.append('a')).id).toMatch(/^eu:[\w-]+\.1$/);
    const run = createSqliteRunStore({ database }).open('named');
    await run.claim({ lease: 60_000, ttl: 60_000 });
    expect((await run.append('a')).id).toMatch(/^[\w-]+\.1$/);
    await run.delete();
  });
});

it('a log and a run say that reading them costs no more than memory does', () => {
  expect(createSqliteLog({ database }).isLocal).toBe(true);
  expect(createSqliteRunStore({ database }).open('job').isLocal).toBe(true);
});

it('Of events with keys, one turn adds each key once, whatever it has added before', async () => {
  const database = new Database(':memory:');
  const log = createSqliteLog({ database });
  const keys = ['a', 'b', 'b', undefined, 'a'];
  const added = await Promise.all(keys.map((idempotencyKey) => log.append('x', { idempotencyKey })));
  const [a, b] = added;
  expect(added[2]).toBe(b);
  expect(added[4]).toBe(a);
  expect(new Set(added.map(({ id }) => id)).size).toBe(3);
  database.close();
});
