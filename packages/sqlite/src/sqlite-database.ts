/** A prepared statement of node:sqlite, bun:sqlite and better-sqlite3. */
export interface SqliteStatement {
  run(...parameters: never[]): unknown;
  all(...parameters: never[]): unknown[];
}

/** A database of node:sqlite (`DatabaseSync`), bun:sqlite (`Database`) or better-sqlite3 (`Database`). */
export interface SqliteHandle {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
  close(): unknown;
}

/** The storage of a Durable Object with SQLite: `ctx.storage`. */
export interface DurableObjectStorageLike {
  readonly sql: { exec(sql: string, ...parameters: never[]): { toArray(): unknown[] } };
  transactionSync<T>(body: () => T): T;
}

/**
 * Where logs and runs are kept: the path of a file, which is opened and closed with the log, or an open
 * database, which stays yours.
 */
export type SqliteDatabase = string | SqliteHandle | DurableObjectStorageLike;

export type SqliteValue = string | number | null;
export type Row = Readonly<Record<string, SqliteValue>>;

/** The little that is needed of any of them. */
export interface Driver {
  /** For messages. */
  readonly name: string;
  /** Whether rows may be written twice, to be packed: not where each row that is written is billed. */
  readonly packs: boolean;
  run(sql: string, ...values: SqliteValue[]): void;
  all(sql: string, ...values: SqliteValue[]): Row[];
  /** Both within one moment: all of it, or nothing. */
  read<T>(body: () => T): T;
  write<T>(body: () => T): T;
  /** Changes once another connection has written; undefined where there is none. */
  version(): SqliteValue | undefined;
  /** Changes with each write on this connection; undefined where nobody else has it. */
  changes(): SqliteValue | undefined;
  close(): void;
}

export function isDurableObject(database: unknown): database is DurableObjectStorageLike {
  return (
    typeof database === 'object' && database !== null && 'sql' in database && 'transactionSync' in database
  );
}

/** @param owned whether it was opened here, to be set up and closed */
export function handleDriver(handle: SqliteHandle, name: string, owned: boolean): Driver {
  const statements = new Map<string, SqliteStatement>();
  const prepared = (sql: string): SqliteStatement => {
    let statement = statements.get(sql);
    if (!statement) {
      statement = handle.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const all = (sql: string, ...values: SqliteValue[]) => prepared(sql).all(...(values as never[])) as Row[];
  const within = <T>(begin: string, body: () => T): T => {
    prepared(begin).run();
    let result: T;
    try {
      result = body();
      prepared('COMMIT').run();
    } catch (error) {
      // A full disk has rolled it back already.
      try {
        prepared('ROLLBACK').run();
      } catch {}
      throw error;
    }
    return result;
  };
  if (owned) {
    handle.exec('PRAGMA busy_timeout = 5000');
    handle.exec('PRAGMA journal_mode = WAL');
    handle.exec('PRAGMA synchronous = NORMAL');
  }
  return {
    name,
    packs: true,
    run: (sql, ...values) => void prepared(sql).run(...(values as never[])),
    all,
    read: (body) => within('BEGIN', body),
    write: (body) => within('BEGIN IMMEDIATE', body),
    version: () => all('PRAGMA data_version')[0]?.data_version,
    changes: () => (owned ? undefined : all('SELECT total_changes() AS changes')[0]?.changes),
    close: () => {
      statements.clear();
      if (owned) handle.close();
    },
  };
}

/** There is one connection to such a storage, so that nobody else writes. */
export function durableObjectDriver(storage: DurableObjectStorageLike): Driver {
  const all = (sql: string, ...values: SqliteValue[]) =>
    storage.sql.exec(sql, ...(values as never[])).toArray() as Row[];
  return {
    name: 'The storage of the Durable Object',
    packs: false,
    run: (sql, ...values) => void all(sql, ...values),
    all,
    read: (body) => body(),
    write: (body) => storage.transactionSync(body),
    version: () => undefined,
    changes: () => undefined,
    close: () => {},
  };
}
