import { OwnConnection } from './own-connection';
import { command, type RedisClientLike } from './redis-client';
import type { ResolvedRedisLogOptions } from './redis-log-options';

/**
 * Ms for which one XREAD blocks. Then the place is looked at all the same, so that a Redis that has lost its
 * memory is noticed.
 */
const BLOCK = 5000;
/** Ms beyond that after which a connection that says nothing is given up. */
const PATIENCE = 5000;
const FIRST_DELAY = 100;
const MAX_DELAY = 2000;

/**
 * The one connection that waits for new entries, shared by all tails of a log. It only says that there is
 * something: the tails read it themselves, so that their gaps are decided in one place.
 */
export class WakeUp {
  readonly #connection: OwnConnection;
  readonly #key: string;
  readonly #onError: (error: unknown) => void;
  /** Told that there may be something new; resolves with the newest entry that is known. */
  readonly #look: () => Promise<string>;
  #running: Promise<void> | undefined;
  #stopped = false;
  #wake: () => void = () => {};

  constructor(options: ResolvedRedisLogOptions, look: () => Promise<string>) {
    this.#connection = new OwnConnection(options);
    this.#key = options.key;
    this.#onError = options.onError;
    this.#look = look;
  }

  /** Connects, and goes on by itself from then on. Rejects where the first connection fails. */
  async start(): Promise<void> {
    try {
      await this.#connection.open();
    } catch (error) {
      if (!this.#stopped) throw error;
    }
    if (!this.#stopped) this.#running = this.#run();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#connection.drop();
    this.#wake();
    return this.#running ?? Promise.resolve();
  }

  async #run(): Promise<void> {
    let delay = FIRST_DELAY;
    while (!this.#stopped) {
      try {
        const connection = await this.#connection.open();
        const newest = await this.#look();
        if (this.#stopped) return;
        await this.#block(connection, newest);
        delay = FIRST_DELAY;
      } catch (error) {
        this.#connection.drop();
        if (this.#stopped) return;
        this.#onError(error);
        await this.#pause(delay);
        delay = Math.min(delay * 2, MAX_DELAY);
      }
    }
  }

  async #block(connection: RedisClientLike, after: string): Promise<void> {
    const args = ['COUNT', '1', 'BLOCK', String(BLOCK), 'STREAMS', this.#key, after];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('Redis does not answer any more')), BLOCK + PATIENCE);
    });
    try {
      await Promise.race([command(connection, this.#key, 'XREAD', ...args), silence]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** For so many ms, or until the log is stopped. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stopped) return resolve();
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
