import type { AppendOptions, EventLog } from '@eventwire/server';
import type { Database } from './database';
import type { LogRow } from './log-rows';
import { openDatabase } from './open-database';
import { SqliteLogError } from './sqlite-log-error';
import { checkLogOptions, type SqliteLogOptions } from './sqlite-options';
import { StoredLog } from './stored-log';

/**
 * A log in an SQLite database: its clients resume exactly across a restart of the server, with no service to
 * run. Several processes on one machine may share it, and hear of each other's events within 50 ms.
 *
 * @example
 * const channel = createChannel({ log: createSqliteLog({ database: 'events.db' }) });
 *
 * @throws TypeError `INVALID_OPTION`; SqliteLogError `UNAVAILABLE`, `UNEXPECTED_SCHEMA`
 */
export function createSqliteLog(options: SqliteLogOptions): EventLog & AsyncDisposable {
  checkLogOptions(options);
  const { database, key = 'events', maxEvents = 10_000, idPrefix = '' } = options;
  return new SqliteLog(openDatabase(database), key, maxEvents, idPrefix);
}

class SqliteLog extends StoredLog implements AsyncDisposable {
  readonly #maxEvents: number;

  constructor(database: Database, key: string, maxEvents: number, idPrefix: string) {
    super(database, `log:${JSON.stringify(key)}`, idPrefix);
    this.#maxEvents = maxEvents;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.database.close();
  }

  protected current(): LogRow {
    return this.rows.find(this.name) ?? this.rows.create(this.name);
  }

  protected isCurrent(): boolean {
    return true;
  }

  protected refusal({ term }: LogRow, options: AppendOptions): SqliteLogError | undefined {
    if (options.term === undefined || options.term >= term) return undefined;
    return new SqliteLogError(
      'FENCED',
      `The log has a publisher of term ${term}, and this one has ${options.term}: stop`,
    );
  }

  /** Some at a time, since removing costs as much for few as for many. */
  protected added(row: LogRow): void {
    const most = this.#maxEvents + Math.max(64, Math.ceil(this.#maxEvents / 4));
    if (row.seq - row.removed > most) this.rows.trim(row, row.seq - this.#maxEvents);
  }
}
