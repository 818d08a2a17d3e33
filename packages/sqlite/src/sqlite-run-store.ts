import { checkRunName, randomTerm } from '@eventwire/options';
import type {
  AppendOptions,
  Claim,
  ClaimOptions,
  LogEnd,
  RunLog,
  RunState,
  RunStore,
} from '@eventwire/server';
import type { Database } from './database';
import { claimOf, HeldClaim } from './held-claim';
import type { LogRow } from './log-rows';
import { openDatabase } from './open-database';
import { END_TYPE } from './packed-events';
import { SqliteLogError } from './sqlite-log-error';
import { checkRunStoreOptions, type SqliteRunStoreOptions } from './sqlite-options';
import { endOf, StoredLog } from './stored-log';

/** Ms between two looks for runs that have expired. */
const SWEEP = 60_000;

/**
 * Runs in an SQLite database: they survive a reload, a second tab, and a restart of the server.
 *
 * @example
 * const runs = createRuns({ store: createSqliteRunStore({ database: 'runs.db' }) });
 *
 * @throws TypeError `INVALID_OPTION`; SqliteLogError `UNAVAILABLE`, `UNEXPECTED_SCHEMA`
 */
export function createSqliteRunStore(options: SqliteRunStoreOptions): RunStore {
  checkRunStoreOptions(options);
  return new SqliteRunStore(openDatabase(options.database));
}

class SqliteRunStore implements RunStore {
  readonly #database: Database;
  #swept = 0;

  constructor(database: Database) {
    this.#database = database;
  }

  open(name: string): RunLog {
    checkRunName(name);
    return new SqliteRunLog(this.#database, `run:${name}`, () => this.#sweep());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close();
  }

  /** Runs that nobody asks for go too. */
  #sweep(): void {
    const now = Date.now();
    if (now - this.#swept < SWEEP) return;
    this.#swept = now;
    for (const name of this.#database.rows.overdue(now)) {
      new SqliteRunLog(this.#database, name, () => {}).settled();
    }
  }
}

class SqliteRunLog extends StoredLog implements RunLog {
  readonly #sweep: () => void;

  constructor(database: Database, name: string, sweep: () => void) {
    super(database, name, '');
    this.#sweep = sweep;
  }

  async state(): Promise<RunState> {
    const toState = (row: LogRow): RunState => {
      const lastId = this.prefix(row) + row.seq;
      const end = endOf(row);
      if (end) return { status: 'ended', lastId, ...end };
      return row.stopping === null
        ? { status: 'running', lastId }
        : { status: 'running', lastId, stopping: row.stopping };
    };
    try {
      return this.look(toState);
    } catch (error) {
      if (error instanceof SqliteLogError && error.code === 'MISSING') return { status: 'missing' };
      throw error;
    }
  }

  async claim({ lease, ttl }: ClaimOptions): Promise<Claim | undefined> {
    const row = this.database.write(() => {
      this.#sweep();
      const now = Date.now();
      const found = this.settled();
      if (found && (found.outcome !== null || now < found.until)) return undefined;
      const row = found ?? this.rows.create(this.name);
      row.term = row.attempt === 0 ? randomTerm() : row.term + 1;
      row.attempt++;
      Object.assign(row, { lease, ttl, until: now + lease });
      this.rows.save(row);
      this.#touchClaim();
      return row;
    });
    return row && new HeldClaim(this.database, this.name, row, () => this.settled()).claim;
  }

  async requestStop(reason = ''): Promise<boolean> {
    return this.database.write(() => {
      const row = this.settled();
      if (!row || row.outcome !== null) return false;
      row.stopping ??= reason;
      if (Date.now() >= row.until) this.#seal(row, 'stopped', row.stopping, Date.now());
      else this.rows.save(row);
      this.#touchClaim();
      return true;
    });
  }

  async delete(): Promise<void> {
    this.database.write(() => {
      const row = this.rows.find(this.name);
      if (row) this.rows.delete(row);
      this.database.touch(this.name);
      this.#touchClaim();
    });
  }

  /** The run as it is by now: ended if nobody produces it any more, and gone if it has expired. */
  settled(): LogRow | undefined {
    const row = this.rows.find(this.name);
    if (!row) return undefined;
    const now = Date.now();
    if (row.outcome === null && now >= row.until) {
      const due = row.until + row.lease;
      if (row.stopping !== null) this.#seal(row, 'stopped', row.stopping, row.until);
      else if (now >= due) this.#seal(row, 'abandoned', '', due);
    }
    if (row.expires === null || now < row.expires) return row;
    this.rows.delete(row);
    this.database.touch(this.name);
    return undefined;
  }

  protected isCurrent({ outcome, until, stopping, lease, expires }: LogRow): boolean {
    const now = Date.now();
    const ends = outcome === null && now >= until && (stopping !== null || now >= until + lease);
    return !ends && (expires === null || now < expires);
  }

  protected current(): LogRow {
    const row = this.settled();
    if (row) return row;
    throw new SqliteLogError('MISSING', `There is no run ${JSON.stringify(this.name.slice('run:'.length))}`);
  }

  protected override missing({ term }: AppendOptions): SqliteLogError | undefined {
    return term === undefined ? undefined : fenced();
  }

  protected refusal({ term }: LogRow, options: AppendOptions): SqliteLogError | undefined {
    return options.term === undefined || options.term === term ? undefined : fenced();
  }

  protected added(row: LogRow, end: LogEnd | undefined): void {
    if (!end) return;
    this.#ended(row, Date.now());
  }

  /** Its claim is told only of what concerns it. */
  #touchClaim(): void {
    this.database.touch(claimOf(this.name));
  }

  /** @param at when it ended, which may be a while ago */
  #seal(row: LogRow, outcome: LogEnd['outcome'], reason: string, at: number): void {
    const end = reason === '' ? { outcome } : { outcome, reason };
    this.addNow(row, { type: END_TYPE, data: JSON.stringify(end) }, end);
    this.#ended(row, at);
    this.rows.save(row);
  }

  #ended(row: LogRow, at: number): void {
    // From now on it is only read.
    this.rows.events.pack(row.id);
    row.expires = at + row.ttl;
    this.#touchClaim();
  }
}

function fenced(): SqliteLogError {
  return new SqliteLogError('FENCED', 'The run has another producer, or is gone: stop');
}
