import { closeDuplicate, command, openDuplicate, type RedisClientLike } from './redis-client';

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
  readonly #onError: (error: unknown) => void;
  /** Told that there may be something new; resolves with the newest entry that is known. */
  readonly #look: () => Promise<string>;
  #connection: RedisClientLike | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;
  #wake: () => void = () => {};

  constructor(
    client: RedisClientLike,
    key: string,
    look: () => Promise<string>,
    onError: (error: unknown) => void,
  ) {
    this.#client = client;
    this.#key = key;
    this.#look = look;
    this.#onError = onError;
  }

  /** Connects, and goes on by itself from then on. Rejects where the first connection fails. */
  async start(): Promise<void> {
    this.#connection = await openDuplicate(this.#client, this.#onError);
    if (this.#stopped) this.#drop();
    else this.#running = this.#run();
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
        this.#connection ??= await openDuplicate(this.#client, this.#onError);
        const newest = await this.#look();
        if (this.#stopped) return;
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

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #drop(): void {
    if (this.#connection) closeDuplicate(this.#connection);
    this.#connection = undefined;
  }
}
