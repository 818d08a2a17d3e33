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
      await expect(log.append('one', { wireId })).rejects.toMatchObject({ code: 'ID_NOT_ALLOWED' });
    }
  });

  it('may look like one of another log', async () => {
    const log = createSqliteLog({ database });
    const { id } = await log.append('one', { wireId: 'v1.5' });
    expect(await log.locate?.('v1.5')).toBe(id);
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
});

it('a log and a run say that reading them costs no more than memory does', () => {
  expect(createSqliteLog({ database }).isLocal).toBe(true);
  expect(createSqliteRunStore({ database }).open('job').isLocal).toBe(true);
});
