import type { Claim } from '@eventwire/server';
import type { Database, Waiter } from './database';
import type { LogRow } from './log-rows';
import { SqliteLogError } from './sqlite-log-error';

/** By which a claim waits, beside the readers of its run. */
export function claimOf(name: string): string {
  return `claim:${name}`;
}

/** A claim of a run, which waits for somebody to ask the run to stop. */
export class HeldClaim implements Waiter {
  readonly claim: Claim;
  readonly #database: Database;
  readonly #name: string;
  readonly #term: number;
  readonly #stop = new AbortController();
  readonly #settled: () => LogRow | undefined;

  constructor(
    database: Database,
    name: string,
    { term, attempt }: LogRow,
    settled: () => LogRow | undefined,
  ) {
    this.#database = database;
    this.#name = name;
    this.#term = term;
    this.#settled = settled;
    this.claim = {
      term,
      attempt,
      resumed: attempt > 1,
      stop: this.#stop.signal,
      renew: async () => this.#renew(),
      release: async () => this.#release(),
    };
    database.wait(claimOf(name), this);
  }

  look(): void {
    try {
      const row = this.#database.peek(() => this.#database.rows.find(this.#name));
      if (row?.term !== this.#term || row.outcome !== null) this.#leave();
      else if (row.stopping !== null) this.#stop.abort(row.stopping);
    } catch {
      // Its next append or renewal is told why.
    }
  }

  #renew(): void {
    const found = this.#database.write(() => {
      const row = this.#settled();
      if (row?.term !== this.#term) return 'FENCED';
      if (row.outcome !== null) return 'ENDED';
      row.until = Date.now() + row.lease;
      this.#database.rows.save(row);
      return undefined;
    });
    if (found === undefined) return;
    this.#leave();
    const message =
      found === 'ENDED' ? 'The run has ended: stop' : 'The run has another producer, or is gone: stop';
    throw new SqliteLogError(found, message);
  }

  #release(): void {
    this.#leave();
    this.#database.write(() => {
      const row = this.#settled();
      if (row?.term !== this.#term || row.outcome !== null) return;
      row.until = Math.min(row.until, Date.now());
      this.#database.rows.save(row);
    });
  }

  #leave(): void {
    this.#database.leave(claimOf(this.#name), this);
  }
}
