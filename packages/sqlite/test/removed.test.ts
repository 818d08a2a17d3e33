import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createSqliteLog } from '../src/index';
import { Database, openShared, testFolder } from './open';

const folder = testFolder();
const database = new Database(':memory:');
afterAll(() => {
  database.close();
});

const countOf = (table: string): unknown =>
  (database.prepare(`SELECT count(*) AS count FROM ${table}`).all()[0] as { count: unknown }).count;

describe('events that were removed', () => {
  it('leave neither a key nor a wireId behind, so that both may come again', async () => {
    const log = createSqliteLog({ database, maxEvents: 1 });
    const labelsOf = (n: number) => ({ idempotencyKey: `key ${n}`, wireId: `wire-${n}` });
    const ids: string[] = [];
    for (let n = 0; n < 100; n++) ids.push((await log.append('x', labelsOf(n))).id);
    const { events } = await log.read('', { limit: 1000 });
    expect(events.length).toBeLessThan(100);
    expect([countOf('eventwire_keys'), countOf('eventwire_wire_ids')]).toEqual([
      events.length,
      events.length,
    ]);
    const oldest = 100 - events.length;
    expect(await log.locate?.(`wire-${oldest - 1}`)).toBe(undefined);
    expect(await log.locate?.(`wire-${oldest}`)).toBe(ids[oldest]);
    expect((await log.append('x', labelsOf(oldest))).id).toBe(ids[oldest]);
    const again = await log.append('x', labelsOf(oldest - 1));
    expect(ids).not.toContain(again.id);
    expect(await log.locate?.(`wire-${oldest - 1}`)).toBe(again.id);
  });

  it('are more than the newest that are to be kept, and a quarter more, and leave a gap', async () => {
    const log = createSqliteLog({ database, key: 'quarter', maxEvents: 400 });
    await Promise.all(Array.from({ length: 100 }, (_, n) => log.append(`${n}`)));
    const held: number[] = [];
    for (let n = 100; n < 600; n++) {
      await log.append(`${n}`);
      const { events, gap } = await log.read('', { limit: 1000 });
      expect(gap).toBe(events[0]?.event.data !== '0');
      held.push(events.length);
    }
    expect(Math.max(...held)).toBe(500);
    expect(Math.min(...held.slice(300))).toBe(400);
  });
});

it('What was removed is still known to be missing once the database is opened again', async () => {
  const path = join(folder, 'reopened.db');
  const first = openShared(path);
  const log = createSqliteLog({ database: first, maxEvents: 10 });
  for (let n = 0; n < 100; n++) await log.append(`${n}`);
  const before = await log.read('', { limit: 1000 });
  expect(before.gap).toBe(true);
  first.close();
  const again = openShared(path);
  const { events, gap } = await createSqliteLog({ database: again, maxEvents: 10 }).read('', { limit: 1000 });
  expect(gap).toBe(true);
  expect(events.map(({ id }) => id)).toEqual(before.events.map(({ id }) => id));
  again.close();
});

describe('what a client is given anew that the log does not know', () => {
  it('is the newest events that fit, to the byte, whichever turns have added them', async () => {
    const log = createSqliteLog({ database, key: 'newest' });
    const frames: number[] = [];
    for (let turn = 0; turn < 20; turn++) {
      const added = await Promise.all([1, 2, 3].map((n) => log.append('x'.repeat(turn + n * 7))));
      frames.push(...added.map(({ frame }) => frame.byteLength));
    }
    const countIn = async (maxReplayBytes: number) => {
      const { events, gap } = await log.read('elsewhere.1', { limit: 1000, maxReplayBytes });
      expect(gap).toBe(true);
      if (events.length > 0) expect(events.at(-1)?.id).toBe(await log.lastId());
      return events.length;
    };
    let bytes = 0;
    for (let count = 1; count <= frames.length; count++) {
      bytes += frames.at(-count) ?? 0;
      expect(await countIn(bytes)).toBe(count);
      expect(await countIn(bytes - 1)).toBe(count - 1);
    }
    expect(await countIn(bytes * 2)).toBe(frames.length);
  });
});
