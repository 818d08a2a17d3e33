import type { EventInput } from '@eventwire/encoder';
import {
  checkOptions,
  checkRunName,
  codeOf,
  type OptionRules,
  randomName,
  randomTerm,
} from '@eventwire/options';
import type {
  AppendOptions,
  Claim,
  ClaimOptions,
  LoggedEvent,
  RunLog,
  RunState,
  RunStore,
} from '@eventwire/server';
import { readEnd } from './end';
import { ReadQueue } from './read-queue';
import type { RedisClientLike } from './redis-client';
import { formatId } from './redis-id';
import { type LogConnections, RedisLog } from './redis-log';
import { RedisLogError } from './redis-log-error';
import { RULES as LOG_RULES, type ResolvedRedisLogOptions, resolveOptions } from './redis-log-options';
import { CLAIM, RENEW, STATE, STOP } from './run-scripts';
import { RunWake } from './run-wake';
import { ScriptRunner } from './script-runner';
import { RUN_APPEND, RUN_HEAD, RUN_LOCATE, RUN_PAGE } from './scripts';

export interface RedisRunStoreOptions {
  /** A connected client of ioredis or node-redis, or a cluster of theirs. It stays yours. */
  client: RedisClientLike;
  /** Begins all keys of these runs. @default 'eventwire:runs' */
  prefix?: string | undefined;
  /** Ms to wait for an answer, or for a connection, before giving up. @default 5000 */
  commandTimeout?: number | undefined;
  /** About how many bytes of events may wait for Redis's answer. @default 64 MiB */
  maxPendingBytes?: number | undefined;
  /** Called with each failure while runs are followed, which is then tried again. @default console.error */
  onError?: ((error: unknown) => void) | undefined;
}

const RULES: OptionRules<RedisRunStoreOptions> = {
  client: LOG_RULES.client,
  prefix: LOG_RULES.key,
  commandTimeout: LOG_RULES.commandTimeout,
  maxPendingBytes: LOG_RULES.maxPendingBytes,
  onError: LOG_RULES.onError,
};

/** Ms for which Redis remembers what a process had under way that has not been heard of since. */
const MEMORY = 10 * 60 * 1000;

/**
 * Runs in Redis, for any number of processes on any number of machines.
 *
 * @example
 * const runs = createRuns({ store: createRedisRunStore({ client: new Redis() }) });
 *
 * @throws TypeError with the code `INVALID_OPTION`
 */
export function createRedisRunStore(options: RedisRunStoreOptions): RunStore {
  checkOptions(options, RULES);
  const { prefix = 'eventwire:runs', ...others } = options;
  // In a cluster each run is in a slot of its own, by the braces of its key.
  return new RedisRunStore(resolveOptions({ ...others, key: `${prefix}:{run}` }), prefix);
}

class RedisRunStore implements RunStore {
  readonly #options: ResolvedRedisLogOptions;
  readonly #prefix: string;
  readonly #connections: Omit<LogConnections, 'waking'>;
  readonly #wake: RunWake;

  constructor(options: ResolvedRedisLogOptions, prefix: string) {
    const { client, commandTimeout: timeout, maxPendingBytes } = options;
    this.#options = options;
    this.#prefix = prefix;
    this.#wake = new RunWake(options, `${prefix}:wake`);
    this.#connections = {
      writes: new ScriptRunner(client, { timeout, maxPendingBytes }),
      reads: new ReadQueue(options),
      memory: MEMORY,
      scripts: { append: RUN_APPEND, head: RUN_HEAD, locate: RUN_LOCATE, page: RUN_PAGE },
    };
  }

  open(name: string): RunLog {
    checkRunName(name);
    // Escaped, since a brace in it would end the part of the key that decides on the slot.
    const key = `${this.#prefix}:{${encodeURIComponent(name)}}`;
    // A run that is gone has no news, and is no fault of the connection.
    const waking: LogConnections['waking'] = (look) =>
      this.#wake.waking(name, () => look().catch(ignoreMissing));
    const connections = { ...this.#connections, waking };
    return new RedisRunLog({ ...this.#options, key, maxEvents: 2 ** 31 - 1 }, connections, this.#wake, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new RedisLogError('CLOSED', 'The store was disposed: make another');
    this.#connections.writes.stop(closed);
    this.#connections.reads.close(closed);
    await this.#wake.close();
  }
}

class RedisRunLog extends RedisLog implements RunLog {
  readonly #key: string;
  readonly #writes: ScriptRunner;
  readonly #wake: RunWake;
  readonly #name: string;

  constructor(options: ResolvedRedisLogOptions, connections: LogConnections, wake: RunWake, name: string) {
    super(options, connections);
    this.#key = options.key;
    this.#writes = connections.writes;
    this.#wake = wake;
    this.#name = name;
  }

  override async append(event: EventInput, options?: AppendOptions): Promise<LoggedEvent> {
    try {
      const logged = await super.append(event, options);
      if (options?.end) this.#changed();
      else this.#wake.changed(this.#name);
      return logged;
    } catch (error) {
      // It may have been sealed by this very append, which came too late.
      if (codeOf(error) === 'ENDED') this.#changed();
      throw error;
    }
  }

  async state(): Promise<RunState> {
    const [epoch, entry, end, stop, sealed] = await this.#run(STATE, []);
    if (epoch === '') return { status: 'missing' };
    if (sealed) this.#changed();
    const lastId = formatId(String(epoch), String(entry), '');
    const ended = end === '' ? undefined : readEnd(end);
    if (ended) return { status: 'ended', lastId, ...ended };
    if (stop === '') return { status: 'running', lastId };
    return { status: 'running', lastId, stopping: JSON.parse(String(stop)) as string };
  }

  async claim({ lease, ttl }: ClaimOptions): Promise<Claim | undefined> {
    const args = [randomName(), String(lease), String(ttl), String(randomTerm()), randomName()];
    const [, term, attempt, sealed] = await this.#run(CLAIM, args);
    if (sealed) this.#changed();
    if (!term) return undefined;
    return this.#claimed(Number(term), Number(attempt));
  }

  async requestStop(reason = ''): Promise<boolean> {
    const running = (await this.#ask(STOP, [JSON.stringify(reason)])) === 1;
    if (running) this.#changed();
    return running;
  }

  async delete(): Promise<void> {
    await this.#ask(`return redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])`, []);
    this.#changed();
  }

  /** A claim, which waits for somebody to ask the run to stop. */
  async #claimed(term: number, attempt: number): Promise<Claim> {
    const stop = new AbortController();
    const waking = this.#wake.waking(claimOf(this.#name), async () => {
      const state = await this.state().catch(() => undefined);
      if (state?.status === 'running' && state.stopping !== undefined) stop.abort(state.stopping);
      if (state && (state.status !== 'running' || stop.signal.aborted)) await waking.stop();
    });
    await waking.start();
    return {
      term,
      attempt,
      resumed: attempt > 1,
      stop: stop.signal,
      renew: async () => {
        const [, refused, sealed] = await this.#run(RENEW, [String(term), '']);
        if (sealed) this.#changed();
        if (refused === '') return;
        await waking.stop();
        if (refused === 'ENDED') throw new RedisLogError('ENDED', 'The run has ended: stop');
        throw new RedisLogError('FENCED', 'The run has another producer: stop');
      },
      release: async () => {
        await waking.stop();
        await this.#run(RENEW, [String(term), 'release']);
      },
    };
  }

  #changed(): void {
    this.#wake.changed(this.#name);
    this.#wake.changed(claimOf(this.#name));
  }

  async #run(script: string, args: readonly string[]): Promise<unknown[]> {
    return (await this.#ask(script, args)) as unknown[];
  }

  #ask(script: string, args: readonly string[]): Promise<unknown> {
    const key = this.#key;
    const keys = [key, `${key}:epoch`, `${key}:wire-ids`, `${key}:wire-order`] as const;
    return this.#writes.run(script, [...keys], args);
  }
}

/** By which a claim waits, beside the readers of its run. */
function claimOf(name: string): string {
  return `${name}\nclaim`;
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof RedisLogError) || error.code !== 'MISSING') throw error;
}
