import { closeDuplicate, duplicateOf, openDuplicate, type RedisClientLike } from './redis-client';

interface Options {
  readonly client: RedisClientLike;
  readonly commandTimeout: number;
  readonly onError: (error: unknown) => void;
}

/**
 * A connection of the log's own, beside the user's. It is opened when it is needed, and opened anew after it
 * was dropped.
 */
export class OwnConnection {
  readonly #options: Options;
  #opened: Promise<RedisClientLike> | undefined;
  #close: () => void = () => {};

  constructor(options: Options) {
    this.#options = options;
  }

  /** Rejects if there is no connection within the time that commands have, or if it is dropped meanwhile. */
  open(): Promise<RedisClientLike> {
    if (!this.#opened) {
      const opened = this.#open();
      this.#opened = opened;
      opened.catch(() => {
        if (this.#opened === opened) this.drop();
      });
    }
    return this.#opened;
  }

  /** Closes it at once, without waiting for what was asked on it. */
  drop(): void {
    this.#opened = undefined;
    this.#close();
    this.#close = () => {};
  }

  async #open(): Promise<RedisClientLike> {
    const { client, commandTimeout, onError } = this.#options;
    const connection = duplicateOf(client, onError);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      return await new Promise((resolve, reject) => {
        const late = new Error(`Redis could not be reached within ${commandTimeout} ms`);
        timer = setTimeout(() => reject(late), commandTimeout);
        // node-redis tries to open it for as long as Redis is away, so that it must be possible to give up
        // before.
        this.#close = () => {
          closeDuplicate(connection);
          reject(new Error('The connection was closed'));
        };
        openDuplicate(connection).then(() => resolve(connection), reject);
      });
    } finally {
      clearTimeout(timer);
    }
  }
}
