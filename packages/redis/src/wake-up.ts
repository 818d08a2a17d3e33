import { closeDuplicate, command, duplicateOf, openDuplicate, type RedisClientLike } from './redis-client';
import type { ResolvedRedisLogOptions } from './redis-log-options';

/** Ms for which one XREAD blocks. Then the place is looked at all the same, so that a Redis that has lost its memory is noticed. */
const BLOCK = 5000;
/** Ms beyond that after which a connection that says nothing is given up. */
const PATIENCE = 5000;
const FIRST_DELAY = 100;
const MAX_DELAY = 2000;

/**
 * The one connection that waits for new entries, shared by all tails of a log. It only says that there is something: the tails read it
 * themselves, so that their gaps are decided in one place.
 */
export class WakeUp {
  readonly #client: RedisClientLike;
  readonly #key: string;
  readonly #timeout: number;
  readonly #onError: (error: unknown) => void;
  /** Told that there may be something new; resolves with the newest entry that is known. */
  readonly #look: () => Promise<string>;
  #connection: RedisClientLike | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;
  #wake: () => void = () => {};

  constructor(
    { client, key, commandTimeout, onError }: ResolvedRedisLogOptions,
    look: () => Promise<string>,
  ) {
    this.#client = client;
    this.#key = key;
    this.#timeout = commandTimeout;
    this.#look = look;
    this.#onError = onError;
  }

  /** Connects, and goes on by itself from then on. Rejects where the first connection fails. */
  async start(): Promise<void> {
    await this.#open();
    if (!this.#stopped) this.#running = this.#run();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#drop();
    this.#wake();
    return this.#running ?? Promise.resolve();
  }

  async #run(): Promise<void> {
    let delay = FIRST_DELAY;
    while (!this.#stopped) {
      try {
        if (!this.#connection) await this.#open();
        if (this.#stopped) return;
        const newest = await this.#look();
        if (!this.#connection) return; // stopped meanwhile
        await this.#block(this.#connection, newest);
        delay = FIRST_DELAY;
      } catch (error) {
        this.#drop();
        if (this.#stopped) return;
        this.#onError(error);
        await this.#pause(delay);
        delay = Math.min(delay * 2, MAX_DELAY);
      }
    }
    this.#drop();
  }

  /** Rejects where there is no connection within the time that commands have. */
  async #open(): Promise<void> {
    const connection = duplicateOf(this.#client, this.#onError);
    // Known from here on, so that it can be given up while it is being opened, which may take as long as Redis is away.
    this.#connection = connection;
    let opened = false;
    try {
      const opening = openDuplicate(connection).then(() => {
        opened = true;
      });
      await this.#pause(this.#timeout, opening);
      if (!opened && !this.#stopped) throw new Error(`Redis could not be reached within ${this.#timeout} ms`);
    } catch (error) {
      this.#drop();
      throw error;
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

  /** For so many ms, or until something has settled, or the log is stopped. */
  #pause(ms: number, something?: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      something?.catch(reject).finally(this.#wake);
    });
  }

  #drop(): void {
    if (this.#connection) closeDuplicate(this.#connection);
    this.#connection = undefined;
  }
}
