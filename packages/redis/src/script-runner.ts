import { command, isReady, type RedisClientLike } from './redis-client';
import { RedisLogError } from './redis-log-error';

/** Ms between two looks at a connection that is broken. */
const REST = 50;

/** Redis refuses these for a while only: it is loading its data, or changing its master. */
const PASSING = /^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|NOREPLICAS|BUSY) /;

/**
 * Runs scripts, and again where the answer was lost: each has to have the same effect however often it runs. Nothing is given to a client
 * that is not connected, which would send it whenever it is connected again, long after it was given up here.
 */
export class ScriptRunner {
  readonly #client: RedisClientLike;
  readonly #timeout: number;
  /** All wait for the same, so that they go on in the order in which they came. */
  #rest: Promise<void> | undefined;
  #stopped = false;

  /** @param timeout ms within which there has to be an answer */
  constructor(client: RedisClientLike, timeout: number) {
    this.#client = client;
    this.#timeout = timeout;
  }

  /**
   * The first attempt goes out within the call. `EVAL`, and not the script's hash, since what is sent before Redis is found not to know the hash
   * would be overtaken.
   *
   * @throws RedisLogError `UNAVAILABLE`, `TIMEOUT`, `CLOSED`, with the outcome of whatever the script was to write
   */
  async run(script: string, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const deadline = performance.now() + this.#timeout;
    let outcome: 'not-written' | 'unknown' = 'not-written';
    let cause: unknown = new Error('the client is not connected');
    for (;;) {
      if (this.#stopped) {
        throw new RedisLogError('CLOSED', 'The log was disposed: make another', { outcome });
      }
      if (!this.#rest && isReady(this.#client)) {
        try {
          const [key = ''] = keys;
          const reply = command(this.#client, key, 'EVAL', script, String(keys.length), ...keys, ...args);
          return await this.#answer(reply, deadline);
        } catch (error) {
          if (error instanceof RedisLogError) throw error;
          if (!isRefusal(error)) outcome = 'unknown';
          else if (!PASSING.test(error.message)) throw unavailable(error, outcome);
          cause = error;
        }
      }
      if (performance.now() + REST > deadline) throw unavailable(cause, outcome);
      this.#rest ??= this.#pause();
      await this.#rest;
    }
  }

  /** What runs already fails at its next attempt. */
  stop(): void {
    this.#stopped = true;
  }

  async #answer(reply: Promise<unknown>, deadline: number): Promise<unknown> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const message = `Redis did not answer within ${this.#timeout} ms (commandTimeout): check that it runs, and can be reached`;
      const fail = () => reject(new RedisLogError('TIMEOUT', message, { outcome: 'unknown' }));
      timer = setTimeout(fail, deadline - performance.now());
    });
    try {
      return await Promise.race([reply, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #pause(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, REST));
    this.#rest = undefined;
  }
}

/** An error that Redis itself answered with: its message begins with a word in capitals. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && /^[A-Z][A-Z0-9]+ /.test(error.message);
}

export function unavailable(cause: unknown, outcome?: RedisLogError['outcome']): RedisLogError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const options = outcome === undefined ? { cause } : { cause, outcome };
  return new RedisLogError('UNAVAILABLE', `Redis could not be used: ${reason}`, options);
}
