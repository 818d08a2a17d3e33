import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSqliteLog, createSqliteRunStore } from '../src/index';
import { MOST_ARRIVALS, PACKED_CHARACTERS, PACKED_EVENTS } from '../src/packing';
import { openShared, testFolder } from './open';

const folder = testFolder();

function open(name: string) {
  const database = openShared(join(folder, name));
  const lengthsIn = (table: string) =>
    database
      .prepare(`SELECT length(body) AS length FROM eventwire_${table}`)
      .all()
      .map((row) => (row as { length: number }).length);
  return { database, lengthsIn };
}

it('Events of many turns are packed, and read as they were added, from wherever', async () => {
  const { database, lengthsIn } = open('turns.db');
  const logs = ['a', 'b'].map((key) => createSqliteLog({ database, key }));
  const added = logs.map(() => [] as string[]);
  for (let turn = 0; turn < MOST_ARRIVALS + 100; turn++) {
    for (const [n, log] of logs.entries()) {
      // Now and then several in a turn, or none.
      const texts = Array.from({ length: turn % 50 === 0 ? turn % 7 : 1 }, (_, k) => `${turn}.${k}`);
      added[n]?.push(...(await Promise.all(texts.map(async (text) => (await log.append(text)).id))));
    }
  }
  expect(lengthsIn('arrivals').length).toBeLessThan(MOST_ARRIVALS);
  const fewest = (2 * MOST_ARRIVALS) / PACKED_EVENTS;
  expect(lengthsIn('events').length).toBeGreaterThanOrEqual(fewest);
  expect(lengthsIn('events').length).toBeLessThan(1.2 * fewest);
  for (const [n, log] of logs.entries()) {
    const ids = added[n] ?? [];
    for (let from = 0; from < ids.length; from += 97) {
      const { events, gap } = await log.read(ids[from] ?? '', { limit: 10_000 });
      expect(gap).toBe(false);
      expect(events.map(({ id }) => id)).toEqual(ids.slice(from + 1));
    }
    const page = await log.read(ids[10] ?? '', { limit: 3 });
    expect(page.events.map(({ id }) => id)).toEqual(ids.slice(11, 14));
  }
  database.close();
});

it('Long events are kept as they are, behind what was added before', async () => {
  const { database, lengthsIn } = open('long.db');
  const [log, other] = [createSqliteLog({ database }), createSqliteLog({ database, key: 'other' })];
  const long = 'x'.repeat(PACKED_CHARACTERS);
  await other.append('of another log');
  for (const text of ['one', 'two', long, long, 'three']) await log.append(text);
  expect(lengthsIn('events')).toEqual(
    ['["one","two"]', `["${long}"]`, `["${long}"]`].map((row) => row.length),
  );
  expect(lengthsIn('arrivals').length).toBe(2);
  const { events } = await log.read('', { limit: 10 });
  expect(events.map(({ event }) => event.data)).toEqual(['one', 'two', long, long, 'three']);
  database.close();
});

it('Events of middling length are packed sooner, so that a packing moves about a megabyte', async () => {
  const { database, lengthsIn } = open('middling.db');
  const log = createSqliteLog({ database });
  const text = 'x'.repeat(PACKED_CHARACTERS - 100);
  for (let n = 0; n < 500; n++) await log.append(text);
  expect(Math.max(...lengthsIn('events'))).toBeLessThan(2 * PACKED_CHARACTERS);
  const rows = lengthsIn('arrivals').length;
  expect(rows * text.length).toBeLessThan(1.1 * 2 ** 20);
  expect(lengthsIn('events').length).toBe(500 - rows);
  database.close();
});

it('What another process has left is packed too', async () => {
  const { database } = open('left.db');
  const log = createSqliteLog({ database });
  for (let n = 0; n < MOST_ARRIVALS - 10; n++) await log.append(`${n}`);
  database.close();
  const again = open('left.db');
  const store = createSqliteRunStore({ database: again.database });
  const run = store.open('run');
  await run.claim({ lease: 60_000, ttl: 60_000 });
  for (let n = 0; n < 9; n++) await run.append(`${n}`);
  expect(again.lengthsIn('arrivals').length).toBe(MOST_ARRIVALS - 1);
  await run.append('9');
  expect(again.lengthsIn('arrivals')).toEqual([]);
  expect((await run.read('', { limit: 100 })).events.length).toBe(10);
  again.database.close();
});

it('A file of the version before is taken over, with all that is in it', async () => {
  const { database } = open('first.db');
  const log = createSqliteLog({ database });
  const { id } = await log.append('old');
  // As that version had it.
  database.exec('INSERT INTO eventwire_events SELECT * FROM eventwire_arrivals');
  database.exec('DROP TABLE eventwire_arrivals');
  database.exec('UPDATE eventwire_schema SET version = 1');
  database.close();
  const again = open('first.db');
  const same = createSqliteLog({ database: again.database });
  await same.append('new');
  const { events, gap } = await same.read('', { limit: 10 });
  expect([gap, events[0]?.id]).toEqual([false, id]);
  expect(events.map(({ event }) => event.data)).toEqual(['old', 'new']);
  expect([again.lengthsIn('events').length, again.lengthsIn('arrivals').length]).toEqual([1, 1]);
  again.database.close();
});
