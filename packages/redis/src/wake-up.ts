import { blockingRead } from './blocking-read';
import { OwnConnection } from './own-connection';
import type { ResolvedRedisLogOptions } from './redis-log-options';
import { RetryPauses } from './retry-pauses';

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
  readonly #pauses = new RetryPauses();

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
    this.#pauses.end();
    return this.#running ?? Promise.resolve();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        const connection = await this.#connection.open();
        const newest = await this.#look();
        if (this.#stopped) return;
        // The place is looked at after a while all the same, so that a Redis that has lost its memory is noticed.
        await blockingRead(connection, this.#key, newest, 1);
        this.#pauses.reset();
      } catch (error) {
        this.#connection.drop();
        if (this.#stopped) return;
        this.#onError(error);
        if (!this.#stopped) await this.#pauses.next();
      }
    }
  }
}
