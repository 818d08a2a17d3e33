import { OwnConnection } from './own-connection';
import { RedisLogError } from './redis-log-error';
import type { ResolvedRedisLogOptions } from './redis-log-options';
import { isLasting, unavailable } from './refusals';
import { ScriptRunner } from './script-runner';

/**
 * So few, since each may bring a whole page, and Redis does nothing else while it makes one up: one is made,
 * and one is on its way.
 */
const IN_FLIGHT = 2;

interface Read {
  readonly script: string;
  readonly keys: readonly [string, ...string[]];
  readonly args: readonly string[];
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Reads on a connection of their own, so that publishing waits for none of them. Those that would be too many
 * wait here, without a timeout of theirs: if the connection fails, they fail with it.
 */
export class ReadQueue {
  readonly #options: ResolvedRedisLogOptions;
  readonly #connection: OwnConnection;
  #runner: ScriptRunner | undefined;
  readonly #urgent: Read[] = [];
  readonly #waiting: Read[] = [];
  #running = 0;
  #closed: RedisLogError | undefined;

  constructor(options: ResolvedRedisLogOptions) {
    this.#options = options;
    this.#connection = new OwnConnection(options);
  }

  /**
   * Runs a script once it is its turn.
   *
   * @param isUrgent whether it goes before those that are not: what is live before what is history
   */
  run(script: string, keys: Read['keys'], args: readonly string[], isUrgent: boolean): Promise<unknown> {
    if (this.#closed) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      const queue = isUrgent ? this.#urgent : this.#waiting;
      queue.push({ script, keys, args, resolve, reject });
      this.#next();
    });
  }

  close(error: RedisLogError): void {
    this.#closed = error;
    this.#giveUp(error);
  }

  #next(): void {
    while (this.#running < IN_FLIGHT) {
      const read = this.#urgent.shift() ?? this.#waiting.shift();
      if (!read) return;
      this.#running++;
      void this.#perform(read).finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }

  async #perform({ script, keys, args, resolve, reject }: Read): Promise<void> {
    let runner: ScriptRunner | undefined;
    try {
      runner = await this.#open();
      resolve(await runner.run(script, keys, args));
    } catch (cause) {
      const error = cause instanceof RedisLogError ? cause : unavailable(cause);
      reject(this.#closed ?? error);
      // Another read may have given the shared connection up already, and a new one may be open by now.
      if (runner === this.#runner && hasFailed(error)) this.#giveUp(error);
    }
  }

  async #open(): Promise<ScriptRunner> {
    const client = await this.#connection.open();
    this.#runner ??= new ScriptRunner(client, { timeout: this.#options.commandTimeout });
    return this.#runner;
  }

  /** The connection, and with it all that is asked or waits. */
  #giveUp(error: RedisLogError): void {
    const runner = this.#runner;
    this.#runner = undefined;
    runner?.stop(error);
    this.#connection.drop();
    const waiting = [...this.#urgent.splice(0), ...this.#waiting.splice(0)];
    for (const { reject } of waiting) reject(error);
  }
}

/** Whether an error is one of the connection, and not of what was asked. */
function hasFailed({ code, cause }: RedisLogError): boolean {
  return code === 'TIMEOUT' || (code === 'UNAVAILABLE' && !isLasting(cause));
}
