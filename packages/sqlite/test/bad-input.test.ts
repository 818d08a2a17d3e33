import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSqliteLog, createSqliteRunStore, type SqliteHandle, SqliteLogError } from '../src/index';
import { Database, own, testFolder, withSqlite } from './open';

const folder = testFolder();
const open = (path: string): SqliteHandle => new Database(path);

describe('options', () => {
  it('are refused where they are wrong, with the way out', () => {
    const database = open(':memory:');
    expect(() => createSqliteLog({} as never)).toThrow('Invalid option `database`');
    expect(() => createSqliteLog({ database: 5 as never })).toThrow('better-sqlite3 or a Durable Object');
    expect(() => createSqliteLog({ database: '' })).toThrow('Invalid option `database`');
    expect(() => createSqliteLog({ database, maxEvents: 0 })).toThrow('Invalid option `maxEvents`');
    expect(() => createSqliteLog({ database, idPrefix: ['a'] as never })).toThrow('printable ASCII');
    expect(() => createSqliteLog({ database, kee: 'a' } as never)).toThrow('did you mean `key`?');
    expect(() => createSqliteRunStore({ database, lease: 1 } as never)).toThrow('Unknown option `lease`');
    database.close();
  });
});

describe('a database that cannot be used', () => {
  it('is named if the file is of another kind', () => {
    const path = join(folder, 'text.db');
    writeFileSync(path, 'no database at all, but long enough to be looked at as one');
    const database = open(path);
    expect(() => createSqliteLog({ database })).toThrow(SqliteLogError);
    expect(() => createSqliteLog({ database })).toThrow(
      expect.objectContaining({
        name: 'SqliteLogError',
        code: 'UNEXPECTED_SCHEMA',
        message: expect.stringMatching(/no SQLite database .* a file of its own/),
        cause: expect.objectContaining({ message: expect.stringContaining('not a database') }),
      }),
    );
    database.close();
  });

  it('is named if a newer version has written it', () => {
    const path = join(folder, 'newer.db');
    const database = open(path);
    createSqliteLog({ database });
    database.exec('UPDATE eventwire_schema SET version = 3');
    const again = open(path);
    expect(() => createSqliteRunStore({ database: again })).toThrow(
      expect.objectContaining({
        code: 'UNEXPECTED_SCHEMA',
        message:
          'The SQLite database has the tables of version 3, and this package knows version 2: ' +
          'install the newer @eventwire/sqlite, or give the log another file',
      }),
    );
    again.close();
    database.close();
  });

  it('is named if another process holds it, and nothing is half written', async () => {
    const path = join(folder, 'locked.db');
    const [database, other] = [open(path), open(path)];
    for (const one of [database, other]) one.exec('PRAGMA busy_timeout = 10');
    database.exec('PRAGMA journal_mode = WAL');
    const log = createSqliteLog({ database });
    await log.append('one');
    other.exec('BEGIN IMMEDIATE');
    const refused = [log.append('two'), log.append('three')];
    for (const append of refused) {
      await expect(append).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/locked.*another process holds it/),
      });
    }
    other.exec('ROLLBACK');
    await log.append('four');
    const { events } = await log.read('', { limit: 10 });
    expect(events.map(({ event }) => event.data)).toEqual(['one', 'four']);
    database.close();
    other.close();
  });

  it('is named if it is full, and takes events again once there is room', async () => {
    const database = open(join(folder, 'full.db'));
    const log = createSqliteLog({ database });
    await log.append('one');
    database.exec('PRAGMA max_page_count = 20');
    const failed = await Promise.all(
      Array.from({ length: 20 }, async () => {
        try {
          await log.append('x'.repeat(20_000));
          return undefined;
        } catch (error) {
          return error;
        }
      }),
    );
    expect(failed[0]).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('make room') });
    expect(new Set(failed).size).toBe(1);
    database.exec('PRAGMA max_page_count = 100000');
    await log.append('two');
    const { events } = await log.read('', { limit: 10 });
    expect(events.map(({ event }) => event.data)).toEqual(['one', 'two']);
    // Nothing is left of what was undone.
    expect(events.map(({ id }) => id.slice(id.lastIndexOf('.')))).toEqual(['.1', '.2']);
    database.close();
  });

  it('is named with what SQLite said if there is no way out to tell', async () => {
    const database = open(join(folder, 'closed-by-user.db'));
    const log = createSqliteLog({ database });
    database.close();
    await expect(log.append('one')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/^The SQLite database could not be used: [^.]+$/),
      cause: expect.any(Error),
    });
    const run = createSqliteRunStore({ database }).open('job');
    await expect(run.state()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('is named if it may only be read', async () => {
    const database = open(join(folder, 'read-only.db'));
    const log = createSqliteLog({ database });
    await log.append('one');
    database.exec('PRAGMA query_only = ON');
    await expect(log.append('two')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/readonly.*\. Way out: give this process the right to write the file/),
    });
    expect((await log.read('', { limit: 10 })).events.length).toBe(1);
    database.close();
  });

  it('is named if it is damaged', async () => {
    const path = join(folder, 'damaged.db');
    const database = open(path);
    const log = createSqliteLog({ database });
    await log.append('x'.repeat(20_000));
    database.close();
    const bytes = readFileSync(path);
    // The first page says what the tables are.
    writeFileSync(path, bytes.fill(0xff, 4096));
    const again = open(path);
    await expect((async () => createSqliteLog({ database: again }).lastId())()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/malformed.*\. Way out: restore it from a backup/),
    });
    again.close();
  });

  it('is named if its folder is not there', () => {
    const path = join(folder, 'no-folder', 'any.db');
    expect(() => withSqlite(() => createSqliteLog({ database: path }))).toThrow(
      expect.objectContaining({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/^".*any\.db" could not be used: .*\. Way out: check the path/),
      }),
    );
  });

  it('takes no event if a table is gone', async () => {
    const database = open(join(folder, 'no-table.db'));
    const log = createSqliteLog({ database });
    database.exec('DROP TABLE eventwire_logs');
    await expect(log.append('one')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('no such table'),
    });
    database.close();
  });

  it.skipIf(own)('says so where the runtime brings none', () => {
    expect(() => createSqliteLog({ database: join(folder, 'any.db') })).toThrow(
      'open the file with better-sqlite3',
    );
  });
});

describe('a database that others write to', () => {
  it('is read anew, whoever has written', async () => {
    const path = join(folder, 'others.db');
    const [database, other] = [open(path), open(path)];
    database.exec('PRAGMA journal_mode = WAL');
    const log = createSqliteLog({ database });
    for (const [term, writer] of [
      [10, database],
      [20, other],
    ] as const) {
      await log.append('held', { term: term - 5 });
      writer.exec(`UPDATE eventwire_logs SET term = ${term}`);
      await expect(log.append('late', { term: term - 1 })).rejects.toMatchObject({ code: 'FENCED' });
    }
    for (const one of [database, other]) one.close();
  });
});

describe('a log that was disposed', () => {
  it('refuses whatever it is asked', async () => {
    const log = withSqlite(() => createSqliteLog({ database: join(folder, 'closed.db') }));
    const place = await log.lastId();
    await log[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
    for (const refused of [
      log.follow(place, () => {}, new AbortController().signal),
      log.append('one'),
      log.read(place, { limit: 1 }),
      log.lastId(),
    ]) {
      await expect(refused).rejects.toMatchObject({
        code: 'CLOSED',
        message: 'The log was disposed: make another',
      });
    }
  });

  it('leaves a database that was given alone', async () => {
    const database = open(join(folder, 'given.db'));
    const log = createSqliteLog({ database });
    await log.append('one');
    await log[Symbol.asyncDispose]();
    database.exec('SELECT 1');
    expect((await createSqliteLog({ database }).read('', { limit: 1 })).events.length).toBe(1);
    database.close();
  });

  it('has written what was appended before', async () => {
    const path = join(folder, 'flushed.db');
    const database = open(path);
    const log = createSqliteLog({ database });
    const appended = log.append('one');
    await log[Symbol.asyncDispose]();
    await appended;
    expect((await createSqliteLog({ database: open(path) }).read('', { limit: 1 })).events.length).toBe(1);
  });
});

describe('what is no event', () => {
  it.each([7, null, undefined, true])('is refused as the encoder refuses it: %s', async (event) => {
    const database = open(':memory:');
    const refused = createSqliteLog({ database }).append(event as never);
    await expect(refused).rejects.toMatchObject({ name: 'ServerEventError', code: 'INVALID_EVENT' });
    database.close();
  });
});
