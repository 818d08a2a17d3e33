import { type EventInput, ServerEventError } from '@eventwire/encoder';
import { checkReadOptions } from '@eventwire/options';
import type { AppendOptions, EventLog, LogEnd, LoggedEvent, LogPage, ReadOptions } from '@eventwire/server';
import type { Database } from './database';
import { Follower } from './follower';
import type { LogRow, LogRows } from './log-rows';
import { type Packed, pack, unpack } from './packed-events';
import { SqliteLogError } from './sqlite-log-error';

/** Events of one row: a page reads whole rows. */
const MOST_EVENTS = 256;
/** Characters of one row; a larger event has one alone. */
const MOST_CHARACTERS = 32_768;
/** Events per page for those that follow. */
const FOLLOWED_PAGE = { limit: 500, maxBytes: 1024 * 1024 };

interface Waiting {
  readonly packed: Packed;
  readonly options: AppendOptions;
  readonly resolve: (event: LoggedEvent) => void;
  readonly reject: (error: unknown) => void;
  result?: LoggedEvent | Error;
}

/** The part of a log in a database that plain logs and runs share. */
export abstract class StoredLog implements EventLog {
  readonly isLocal = true;
  protected readonly database: Database;
  protected readonly rows: LogRows;
  /** Under which the database knows it. */
  protected readonly name: string;
  readonly #idPrefix: string;
  /** The appends of this turn. */
  #batch: Waiting[] | undefined;

  constructor(database: Database, name: string, idPrefix: string) {
    this.database = database;
    this.rows = database.rows;
    this.name = name;
    this.#idPrefix = idPrefix;
  }

  /** The log as it is now, within a transaction that may write. */
  protected abstract current(): LogRow;
  /** Whether the log is as it was read, so that nothing has to be written to say what it is. */
  protected abstract isCurrent(row: LogRow): boolean;
  /** Why an event is not taken, if it is not. */
  protected abstract refusal(row: LogRow, options: AppendOptions): SqliteLogError | undefined;
  /** Events were added. */
  protected abstract added(row: LogRow, end: LogEnd | undefined): void;
  /** There is no such log: what an append is told, if it is no fault. */
  protected missing(_options: AppendOptions): SqliteLogError | undefined {
    return undefined;
  }

  async append(event: EventInput, options: AppendOptions = {}): Promise<LoggedEvent> {
    const packed = pack(event, options);
    return new Promise<LoggedEvent>((resolve, reject) => {
      const waiting: Waiting = { packed, options, resolve, reject };
      if (this.#batch) {
        this.#batch.push(waiting);
        return;
      }
      const batch = [waiting];
      const add = () => {
        this.#batch = undefined;
        this.#add(batch);
      };
      this.database.writeLater(add, (error) => {
        this.#batch = undefined;
        for (const { result, resolve, reject } of batch) {
          if (error !== undefined) reject(error);
          else if (result instanceof Error) reject(result);
          else if (result) resolve(result);
        }
      });
      this.#batch = batch;
    });
  }

  async lastId(): Promise<string> {
    return this.look((row) => this.prefix(row) + row.seq);
  }

  compare(a: string, b: string): number {
    const [one, other] = [split(a), split(b)];
    if (one && other && one.prefix === other.prefix) return one.seq - other.seq;
    throw new SqliteLogError('FOREIGN_ID', `${a} and ${b} are not of one log: read() them first`);
  }

  cursorBefore(id: string): string {
    const parts = split(id);
    if (parts) return `${parts.prefix}${parts.seq - 1}`;
    throw new SqliteLogError('FOREIGN_ID', `${JSON.stringify(id)} is no id of this log: read() it first`);
  }

  async locate(wireId: string): Promise<string | undefined> {
    return this.look((row) => {
      const seq = this.rows.locate(row, wireId);
      return seq === undefined ? undefined : this.prefix(row) + seq;
    });
  }

  async read(after: string, options: ReadOptions): Promise<LogPage> {
    checkReadOptions(options);
    return this.page(after, options);
  }

  async follow(after: string, listener: (batch: LogPage) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const follower = new Follower(after, listener, signal, {
      page: (place) => this.page(place, FOLLOWED_PAGE),
      added: () => this.database.added(this.name),
    });
    this.database.wait(this.name, follower);
    signal.addEventListener('abort', () => this.database.leave(this.name, follower), { once: true });
    try {
      follower.begin();
    } catch (error) {
      this.database.leave(this.name, follower);
      throw error;
    }
  }

  /** All at one moment. */
  protected page(after: string, options: ReadOptions): LogPage {
    const { limit, maxBytes = Number.MAX_SAFE_INTEGER, maxReplayBytes } = options;
    return this.look((row) => {
      const prefix = this.prefix(row);
      const seq = after === '' ? 0 : seqOf(after, prefix);
      const isKnown = seq !== undefined && seq <= row.seq;
      const gap = !isKnown || seq < row.removed;
      let from = isKnown ? Math.max(seq, row.removed) : row.removed;
      if (!isKnown && maxReplayBytes !== undefined)
        from = this.rows.events.numberBefore(row, prefix, maxReplayBytes);
      const events = from >= row.seq ? [] : this.rows.events.eventsAfter(row, prefix, from, limit, maxBytes);
      const end = endOf(row);
      return end && from + events.length === row.seq ? { events, gap, end } : { events, gap };
    });
  }

  /** All that `body` reads is of one moment. Takes the lock for writing only if there is something to write. */
  protected look<T>(body: (row: LogRow) => T): T {
    const found = this.database.peek(() => {
      const row = this.rows.find(this.name);
      return row && this.isCurrent(row) ? { result: body(row) } : undefined;
    });
    return found ? found.result : this.database.write(() => body(this.current()));
  }

  protected prefix({ epoch }: LogRow): string {
    return `${this.#idPrefix}${epoch}.`;
  }

  /** Adds one event at once, within a transaction. */
  protected addNow(row: LogRow, event: EventInput, end: LogEnd): void {
    const { value, json } = pack(event, { end });
    row.seq++;
    this.rows.addEvents(row, row.seq, [json]);
    row.outcome = end.outcome;
    row.reason = end.reason ?? null;
    this.database.touch(this.name, [unpack(value, this.prefix(row), row.seq)]);
  }

  /** In one transaction with whatever else is written. */
  #add(batch: readonly Waiting[]): void {
    const row = this.#rowFor(batch);
    if (!row) return;
    const events: LoggedEvent[] = [];
    let [json, characters]: [string[], number] = [[], 0];
    const put = () => {
      if (json.length > 0) this.rows.addEvents(row, row.seq, json);
      [json, characters] = [[], 0];
    };
    let end: LogEnd | undefined;
    const { term, removed } = row;
    for (const waiting of batch) {
      const { packed, options } = waiting;
      const result = this.#decide(row, options, events);
      if (result) {
        waiting.result = result;
        continue;
      }
      if (json.length === MOST_EVENTS || characters + packed.json.length > MOST_CHARACTERS) put();
      row.seq++;
      json.push(packed.json);
      characters += packed.json.length;
      const event = unpack(packed.value, this.prefix(row), row.seq);
      waiting.result = event;
      events.push(event);
      if (options.idempotencyKey !== undefined) this.rows.addKey(row, options.idempotencyKey, row.seq);
      if (options.wireId !== undefined) this.rows.addWireId(row, options.wireId, row.seq);
      if (options.term !== undefined) row.term = options.term;
      if (!options.end) continue;
      end = options.end;
      row.outcome = end.outcome;
      row.reason = end.reason ?? null;
    }
    put();
    if (events.length === 0) return;
    this.added(row, end);
    if (end || row.term !== term || row.removed !== removed) this.rows.save(row);
    this.database.touch(this.name, events);
  }

  #rowFor(batch: readonly Waiting[]): LogRow | undefined {
    try {
      return this.current();
    } catch (error) {
      if (!(error instanceof SqliteLogError)) throw error;
      for (const waiting of batch) waiting.result = this.missing(waiting.options) ?? error;
      return undefined;
    }
  }

  /** Why an event is not added: the one that is there under its key, or the error. */
  #decide(row: LogRow, options: AppendOptions, added: readonly LoggedEvent[]): Waiting['result'] {
    const refusal = this.refusal(row, options);
    if (refusal) return refusal;
    const { idempotencyKey, wireId } = options;
    if (wireId !== undefined && seqOf(wireId, this.prefix(row)) !== undefined) return ownPlace(wireId);
    const seq = idempotencyKey === undefined ? undefined : this.rows.keyed(row, idempotencyKey);
    if (seq !== undefined && seq > row.removed) {
      const prefix = this.prefix(row);
      const known = added.find(({ id }) => id === prefix + seq);
      return known ?? this.rows.events.eventsAfter(row, prefix, seq - 1, 1, Number.MAX_SAFE_INTEGER)[0];
    }
    if (row.outcome === null) return undefined;
    return new SqliteLogError('ENDED', 'The log was sealed by its end: add nothing more');
  }
}

/** The number of an event of this log; written back, so that of all ways to write a number only ours is one. */
function seqOf(id: string, prefix: string): number | undefined {
  if (!id.startsWith(prefix)) return undefined;
  const seq = Number(id.slice(prefix.length));
  return Number.isSafeInteger(seq) && seq >= 0 && prefix + seq === id ? seq : undefined;
}

function split(id: string): { prefix: string; seq: number } | undefined {
  const prefix = id.slice(0, id.lastIndexOf('.') + 1);
  const seq = prefix === '' ? undefined : seqOf(id, prefix);
  return seq === undefined ? undefined : { prefix, seq };
}

export function endOf({ outcome, reason }: LogRow): LogEnd | undefined {
  if (outcome === null) return undefined;
  return reason === null ? { outcome } : { outcome, reason };
}

function ownPlace(wireId: string): ServerEventError {
  const message = `wireId ${JSON.stringify(wireId)} is an id of this log: choose one that no log assigns`;
  return new ServerEventError('ID_NOT_ALLOWED', 'id', message);
}
