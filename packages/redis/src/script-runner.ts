import { command, isReady, type RedisClientLike } from './redis-client';
import { RedisLogError } from './redis-log-error';
import { explain, isLasting, isRefusal, unavailable } from './refusals';

/** Ms between two looks at a connection that is broken, or silent. */
const REST = 50;

interface Options {
  /** Ms within which there has to be an answer. */
  readonly timeout: number;
  /** About how many bytes may wait for an answer; default: no limit. */
  readonly maxPendingBytes?: number;
}

/**
 * Runs scripts on one connection, and again where the answer was lost: each has to have the same effect
 * however often it runs.
 *
 * A client keeps what it is given until it is answered, and sends it whenever it can, long after it was given
 * up here. So nothing is given to a client that is not connected, that leaves a command without an answer for
 * longer than the timeout, or that has too much to wait for.
 */
export class ScriptRunner {
  readonly #client: RedisClientLike;
  readonly #options: Options;
  /** All wait for the same, so that they go on in the order in which they came. */
  #rest: Promise<void> | undefined;
  #stopped: RedisLogError | undefined;
  /** A command was not answered in time, and nothing has been answered since. */
  #silent = false;
  /** Bytes of the commands that wait for an answer, given up or not. */
  #pending = 0;

  constructor(client: RedisClientLike, options: Options) {
    this.#client = client;
    this.#options = options;
  }

  /**
   * The first attempt goes out within the call. `EVAL`, and not the script's hash, since what is sent before
   * Redis is found not to know the hash would be overtaken.
   *
   * @throws RedisLogError `UNAVAILABLE`, `TIMEOUT`, `CLOSED`, `UNEXPECTED_REPLY`, with the outcome of
   * whatever the script was to write
   */
  async run(script: string, keys: readonly [string, ...string[]], args: readonly string[]): Promise<unknown> {
    const words = [script, String(keys.length), ...keys, ...args];
    const size = words.reduce((sum, word) => sum + word.length, 0);
    // A refusal takes a moment, so that a publisher that asks again and again leaves turns to the answer.
    if (this.#rest || this.#refusal(size)) await this.#pause();
    const refusal = this.#refusal(size);
    if (refusal) throw unavailable(refusal, 'not-written');

    this.#pending += size;
    let reply: Promise<unknown> | undefined;
    const send = () => {
      reply = command(this.#client, keys[0], 'EVAL', ...words);
      return reply;
    };
    const done = () => {
      this.#pending -= size;
    };
    try {
      return await this.#untilAnswered(send, keys[0]);
    } finally {
      // Given up, it is in the client's memory still.
      if (reply) reply.then(done, done);
      else done();
    }
  }

  /** A script that runs already fails at its next attempt, with this error and its own outcome. */
  stop(error: RedisLogError): void {
    this.#stopped = error;
  }

  async #untilAnswered(send: () => Promise<unknown>, key: string): Promise<unknown> {
    const deadline = performance.now() + this.#options.timeout;
    let outcome: 'not-written' | 'unknown' = 'not-written';
    let cause: unknown = new Error('the client is not connected');
    for (;;) {
      if (this.#stopped) {
        const { code, message, cause } = this.#stopped;
        throw new RedisLogError(code, message, { cause, outcome });
      }
      if (!this.#rest && isReady(this.#client)) {
        try {
          return await this.#answer(send(), deadline);
        } catch (error) {
          if (error instanceof RedisLogError) throw error;
          if (isLasting(error)) throw explain(error, key, outcome);
          if (!isRefusal(error)) outcome = 'unknown';
          cause = error;
        }
      }
      if (performance.now() + REST > deadline) throw unavailable(cause, outcome);
      await this.#pause();
    }
  }

  async #answer(reply: Promise<unknown>, deadline: number): Promise<unknown> {
    const heard = () => {
      this.#silent = false;
    };
    reply.then(heard, heard);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const fail = () => {
        this.#silent = true;
        const message = `Redis did not answer within ${this.#options.timeout} ms (commandTimeout): check that it runs, and can be reached`;
        reject(new RedisLogError('TIMEOUT', message, { outcome: 'unknown' }));
      };
      timer = setTimeout(fail, deadline - performance.now());
    });
    try {
      return await Promise.race([reply, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Why nothing of this size is taken now. */
  #refusal(size: number): Error | undefined {
    const { timeout, maxPendingBytes = Number.POSITIVE_INFINITY } = this.#options;
    // The connection that was silent has gone.
    if (!isReady(this.#client)) this.#silent = false;
    if (this.#silent) {
      return new Error(
        `it has not answered for more than ${timeout} ms (commandTimeout), so nothing is sent`,
      );
    }
    if (this.#pending === 0 || this.#pending + size <= maxPendingBytes) return undefined;
    return new Error(
      `${maxPendingBytes} bytes wait for an answer already (maxPendingBytes): wait for what you publish, or raise it`,
    );
  }

  #pause(): Promise<void> {
    this.#rest ??= new Promise<void>((resolve) => setTimeout(resolve, REST)).then(() => {
      this.#rest = undefined;
    });
    return this.#rest;
  }
}
