import { afterThisTurn, startTimer, type TimerHandle } from '@eventwire/options';
import type { LoggedEvent } from '@eventwire/server';
import { LogRows } from './log-rows';
import type { Driver, SqliteValue } from './sqlite-database';
import { SqliteLogError, unavailable } from './sqlite-log-error';

/** Ms between two looks whether another process has written, while somebody waits. */
const LOOK = 25;
/** Ms until the next after one that failed, as all do once somebody has closed the database. */
const LOOK_AGAIN = 1000;

/** One that waits for what is written to a log. */
export interface Waiter {
  /** Told after each commit of this process that has touched the log, and after each one of another process. */
  look(): void;
}

interface Queued {
  /** Within the transaction. An error undoes all of it. */
  readonly run: () => void;
  /** After it, with the error if there was one. */
  readonly settle: (error: unknown) => void;
}

/**
 * One database for all the logs on it: writes of one turn of the event loop go into one transaction, and
 * whoever waits hears of what is written, here or by another process.
 */
export class Database {
  /** The SQL of its logs. */
  readonly rows: LogRows;
  readonly #driver: Driver;
  readonly #shared: boolean;
  #queue: Queued[] = [];
  #scheduled = false;
  /** By the name of their log. */
  readonly #waiters = new Map<string, Set<Waiter>>();
  /** The logs that the transaction under way has written to, and the events that it has added to them. */
  #touched = new Map<string, LoggedEvent[]>();
  #timer: TimerHandle | undefined;
  #version: SqliteValue | undefined;
  #closed = false;

  /** @param shared whether it is a user's: others may have logs on it, so that it is never closed */
  constructor(driver: Driver, shared: boolean) {
    this.rows = new LogRows(driver);
    this.#driver = driver;
    this.#shared = shared;
  }

  /** Reads at one moment. */
  peek<T>(body: () => T): T {
    this.#refuseClosed();
    return this.#guard(() =>
      this.#driver.read(() => {
        this.rows.kept.begin();
        return body();
      }),
    );
  }

  /** Writes at once, after all that waits for the end of the turn. */
  write<T>(body: () => T): T {
    this.flush();
    this.#refuseClosed();
    const result = this.#transact(body);
    this.#tell();
    return result;
  }

  /** Writes with all that this turn writes. */
  writeLater(run: () => void, settle: (error: unknown) => void): void {
    this.#refuseClosed();
    this.#queue.push({ run, settle });
    if (this.#scheduled) return;
    this.#scheduled = true;
    afterThisTurn(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  /** To be called within a transaction that changes a log. */
  touch(name: string, events: readonly LoggedEvent[] = []): void {
    const added = this.#touched.get(name);
    if (added) added.push(...events);
    else this.#touched.set(name, [...events]);
  }

  /** The events that the transaction being told of has added to a log. */
  added(name: string): readonly LoggedEvent[] {
    return this.#touched.get(name) ?? [];
  }

  flush(): void {
    const queue = this.#queue;
    if (queue.length === 0) return;
    this.#queue = [];
    let failure: unknown;
    try {
      this.#transact(() => {
        for (const { run } of queue) run();
      });
    } catch (error) {
      failure = error;
    }
    for (const { settle } of queue) settle(failure);
    this.#tell();
  }

  wait(name: string, waiter: Waiter): void {
    this.#refuseClosed();
    if (this.#timer === undefined) {
      this.#version = this.#guard(() => this.#driver.version());
      if (this.#version !== undefined) this.#lookLater();
    }
    const waiters = this.#waiters.get(name) ?? new Set();
    this.#waiters.set(name, waiters.add(waiter));
  }

  leave(name: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(name);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(name);
    if (this.#waiters.size === 0) this.#rest();
  }

  close(): void {
    this.flush();
    if (this.#shared || this.#closed) return;
    this.#closed = true;
    this.#rest();
    this.#waiters.clear();
    this.#driver.close();
  }

  #lookLater(delay = LOOK): void {
    const timer = startTimer(() => {
      const looked = this.#lookElsewhere();
      // The last one that waits may have left meanwhile.
      if (this.#timer === timer) this.#lookLater(looked ? LOOK : LOOK_AGAIN);
    }, delay);
    this.#timer = timer;
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Whether that could be done. */
  #lookElsewhere(): boolean {
    try {
      const version = this.#driver.version();
      if (version === this.#version) return true;
      this.#version = version;
    } catch {
      // The next to read or write is told why.
      return false;
    }
    for (const waiters of [...this.#waiters.values()]) for (const waiter of [...waiters]) waiter.look();
    return true;
  }

  #tell(): void {
    if (this.#touched.size === 0) return;
    for (const name of [...this.#touched.keys()]) {
      for (const waiter of [...(this.#waiters.get(name) ?? [])]) waiter.look();
    }
    this.#touched = new Map();
  }

  #transact<T>(body: () => T): T {
    try {
      return this.#guard(() =>
        this.#driver.write(() => {
          this.rows.kept.begin();
          const result = body();
          this.rows.kept.written();
          return result;
        }),
      );
    } catch (error) {
      this.rows.kept.clear();
      this.#touched = new Map();
      throw error;
    }
  }

  #guard<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      throw unavailable(error, this.#driver.name);
    }
  }

  #refuseClosed(): void {
    if (this.#closed) throw new SqliteLogError('CLOSED', 'The log was disposed: make another');
  }
}
