import { afterThisTurn } from '@eventwire/options';
import { BLOCK, blockingRead } from './blocking-read';
import type { Waking } from './followers';
import { OwnConnection } from './own-connection';
import { command, type RedisClientLike } from './redis-client';
import { unavailable } from './refusals';
import { RetryPauses } from './retry-pauses';

/** Entries that are kept for those that read. Each names the runs that one turn of one process has changed. */
const KEPT = '1000';

interface Options {
  readonly client: RedisClientLike;
  readonly commandTimeout: number;
  readonly onError: (error: unknown) => void;
}

/**
 * The one connection that waits for news of all runs of a store: a stream in which each process writes the names
 * of the runs that it has changed. News may be lost with a process, so every run is looked at every few seconds
 * too.
 */
export class RunWake {
  readonly #options: Options;
  readonly #key: string;
  readonly #connection: OwnConnection;
  readonly #looks = new Map<string, Set<() => Promise<unknown>>>();
  #changed = new Set<string>();
  #running: Promise<void> | undefined;
  #closed = false;
  /** Its connection was dropped here, since nobody waited. */
  #isResting = false;
  readonly #pauses = new RetryPauses();

  constructor(options: Options, key: string) {
    this.#options = options;
    this.#key = key;
    this.#connection = new OwnConnection(options);
  }

  /** Tells all processes, with whatever else this turn changes. */
  changed(name: string): void {
    if (this.#changed.size === 0) afterThisTurn(() => this.#tell());
    this.#changed.add(name);
  }

  /** Calls `look` at each change of a run, until it is stopped. */
  waking(name: string, look: () => Promise<unknown>): Waking {
    const stop = () => {
      const looks = this.#looks.get(name);
      looks?.delete(look);
      if (looks?.size === 0) this.#looks.delete(name);
      if (this.#looks.size === 0) this.#pauseAll();
    };
    return {
      start: async () => {
        const looks = this.#looks.get(name) ?? new Set();
        this.#looks.set(name, looks.add(look));
        if (this.#running) return;
        this.#running = this.#run();
        try {
          await this.#connection.open();
        } catch (error) {
          stop();
          throw unavailable(error);
        }
      },
      stop: async () => stop(),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#looks.clear();
    const running = this.#running;
    this.#pauseAll();
    await running;
  }

  get #isWanted(): boolean {
    return this.#looks.size > 0 && !this.#closed;
  }

  #pauseAll(): void {
    this.#isResting = true;
    this.#connection.drop();
    this.#pauses.end();
  }

  #tell(): void {
    const names = [...this.#changed];
    this.#changed = new Set();
    const fields = names.flatMap((name) => ['run', name]);
    const args = ['MAXLEN', '~', KEPT, '*', ...fields];
    command(this.#options.client, this.#key, 'XADD', this.#key, ...args).catch(() => {
      // They are looked at every few seconds all the same, and the next command says what is wrong.
    });
  }

  async #run(): Promise<void> {
    this.#isResting = false;
    this.#pauses.reset();
    let after: string | undefined;
    while (this.#isWanted) {
      try {
        const connection = await this.#connection.open();
        after ??= await this.#newest(connection);
        let looked = performance.now();
        await this.#lookAt([...this.#looks.keys()]);
        // The last may have left while it was looking, and the connection with it.
        while (this.#isWanted) {
          const { names, last } = newsOf(await blockingRead(connection, this.#key, after, 500));
          if (!this.#isWanted) break;
          this.#pauses.reset();
          after = last ?? after;
          // Lost news are found now, even while other runs have news all the time.
          const isTime = last === undefined || performance.now() - looked >= BLOCK;
          if (isTime) looked = performance.now();
          await this.#lookAt(isTime ? [...this.#looks.keys()] : names);
        }
      } catch (error) {
        this.#connection.drop();
        if (!this.#isWanted) break;
        after = undefined;
        // Dropped when the last one left, and another has come since.
        if (this.#isResting) {
          this.#isResting = false;
          continue;
        }
        this.#options.onError(error);
        if (this.#isWanted) await this.#pauses.next();
      }
    }
    this.#running = undefined;
    // Somebody may have come while the connection was being closed.
    if (this.#isWanted) this.#running = this.#run();
  }

  async #newest(connection: RedisClientLike): Promise<string> {
    const reply = await command(connection, this.#key, 'XREVRANGE', this.#key, '+', '-', 'COUNT', '1');
    const [entry] = reply as unknown[][];
    return entry ? String(entry[0]) : '0-0';
  }

  async #lookAt(names: readonly string[]): Promise<void> {
    const looks = names.flatMap((name) => [...(this.#looks.get(name) ?? [])]);
    await Promise.all(looks.map((look) => look()));
  }
}

/** Of the reply to an XREAD of one stream. */
function newsOf(reply: unknown): { names: string[]; last?: string } {
  if (reply === null || reply === undefined) return { names: [] };
  const entries = entriesOf(reply);
  const names = new Set<string>();
  let last: string | undefined;
  for (const [id, fields] of entries as [unknown, unknown][]) {
    last = String(id);
    const values = Array.isArray(fields) ? fields.filter((_, n) => n % 2 === 1) : [];
    for (const name of values) names.add(String(name));
  }
  return last === undefined ? { names: [] } : { names: [...names], last };
}

/** A pair in a list (RESP2), or a map (RESP3), which clients give as a Map, an object or a flat list. */
function entriesOf(reply: unknown): unknown {
  if (reply instanceof Map) return [...reply.values()][0];
  if (!Array.isArray(reply)) return Object.values(reply as object)[0];
  const [first, second] = reply as unknown[];
  return Array.isArray(first) ? first[1] : second;
}
