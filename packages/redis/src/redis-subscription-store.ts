import {
  checkOptions,
  hasMethods,
  invalidOption,
  is,
  isTimer,
  type OptionRules,
  safeReporter,
} from '@eventwire/options';
import { isCluster, type RedisClientLike } from './redis-client';
import { hasTag, RULES as LOG_RULES } from './redis-log-options';
import { crossSlot } from './refusals';
import { ScriptRunner } from './script-runner';
import { ADD, LIST, LIVE, REMOVE, RENEW, TAKE } from './subscription-scripts';

export interface RedisSubscriptionStoreOptions {
  /** A connected client of ioredis or node-redis, or a cluster of theirs. It stays yours. */
  client: RedisClientLike;
  /** Begins the keys, which belong to this store alone. In a cluster, put it in braces: `{hub}`. */
  key: string;
  /**
   * Ms after which a process that is no longer heard of counts as gone.
   *
   * @default 15_000
   */
  lease?: number | undefined;
  /** Ms to wait for an answer before giving up; default 5000. */
  commandTimeout?: number | undefined;
  /** Told of failures to renew the lease, which is tried again; default `console.error`. */
  onError?: ((error: unknown) => void) | undefined;
}

/** Entries of this process and of all others on the same key. Those of a process last as long as it lives. */
export interface RedisSubscriptionStore extends AsyncDisposable {
  add(entries: ReadonlyMap<string, string>): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
  /** The texts of all processes that live. */
  list(): Promise<readonly string[]>;
  /**
   * Tells of entries that ended with their process, once and to one process; and of those of this process that
   * were taken for ended, and are there again.
   */
  onChange(listener: (texts: readonly string[], active: boolean) => void): void;
}

const RULES: OptionRules<RedisSubscriptionStoreOptions> = {
  // It needs no connection of its own.
  client: is(
    'a client of ioredis or node-redis, with call or sendCommand',
    (client) => hasMethods(client, 'call') || hasMethods(client, 'sendCommand'),
  ),
  key: LOG_RULES.key,
  lease: isTimer(100),
  commandTimeout: LOG_RULES.commandTimeout,
  onError: LOG_RULES.onError,
};

/**
 * Keeps the active subscriptions of a hub that is several processes.
 *
 * @example
 * ```ts
 * createHub({ url, log: createRedisLog({ client, key: 'updates', idPrefix: 'urn:eventwire:' }),
 *   subscriptions: createRedisSubscriptionStore({ client, key: 'subscriptions' }) });
 * ```
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function createRedisSubscriptionStore(options: RedisSubscriptionStoreOptions): RedisSubscriptionStore {
  checkOptions(options, RULES);
  const { client, key, lease = 15_000, commandTimeout = 5000 } = options;
  const { onError = (error: unknown) => console.error(error) } = options;
  if (client === undefined) throw invalidOption('client', RULES.client.expected, { value: client });
  if (key === undefined) throw invalidOption('key', RULES.key.expected, { value: key });
  if (isCluster(client) && !hasTag(key)) throw crossSlot(key);
  const runner = new ScriptRunner(client, { timeout: commandTimeout });
  return new LeasedEntries(runner, key, lease, safeReporter(onError));
}

class LeasedEntries implements RedisSubscriptionStore {
  readonly #runner: ScriptRunner;
  readonly #key: string;
  readonly #lease: number;
  readonly #report: (error: unknown) => void;
  readonly #process: string = crypto.randomUUID();
  /** Those of this process, for the case that it was taken for gone. */
  readonly #own = new Map<string, string>();
  #listener: (texts: readonly string[], active: boolean) => void = () => {};
  #timer: ReturnType<typeof setInterval> | undefined;
  #renewing: Promise<void> | undefined;

  constructor(runner: ScriptRunner, key: string, lease: number, report: (error: unknown) => void) {
    this.#runner = runner;
    this.#key = key;
    this.#lease = lease;
    this.#report = report;
  }

  onChange(listener: (texts: readonly string[], active: boolean) => void): void {
    this.#listener = listener;
    this.#start();
  }

  async add(entries: ReadonlyMap<string, string>): Promise<void> {
    this.#start();
    for (const [id, text] of entries) this.#own.set(id, text);
    await this.#add(entries);
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#own.delete(id);
    await this.#run(REMOVE, [this.#entriesOf(this.#process)], ids);
  }

  async list(): Promise<readonly string[]> {
    const live = await this.#run(LIVE, [this.#leases], []);
    const lists = await Promise.all(texts(live).map((one) => this.#run(LIST, [this.#entriesOf(one)], [])));
    return lists.flatMap(texts);
  }

  /** Takes the entries of this process along. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    await this.#run(TAKE, [this.#leases, this.#entriesOf(this.#process)], [this.#process, 'own']);
  }

  get #leases(): string {
    return `${this.#key}:leases`;
  }

  #entriesOf(process: string): string {
    return `${this.#key}:of:${process}`;
  }

  async #add(entries: ReadonlyMap<string, string>): Promise<void> {
    const keys = [this.#leases, this.#entriesOf(this.#process)] as const;
    await this.#run(ADD, keys, [this.#process, String(this.#lease), ...[...entries].flat()]);
  }

  #start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => {
      this.#renewing ??= this.#renew()
        .catch(this.#report)
        .finally(() => {
          this.#renewing = undefined;
        });
    }, this.#lease / 3);
    // A process that has nothing else to do ends.
    (this.#timer as { unref?(): void }).unref?.();
  }

  /** Renews the lease, and takes over what processes have left behind whose lease has run out. */
  async #renew(): Promise<void> {
    const keys = [this.#leases, this.#entriesOf(this.#process)] as const;
    const reply = await this.#run(RENEW, keys, [this.#process, String(this.#lease)]);
    const [wasThere, ...gone] = texts(reply);
    if (wasThere === '0' && this.#own.size > 0) {
      await this.#add(this.#own);
      this.#listener([...this.#own.values()], true);
    }
    for (const one of gone) {
      const left = texts(await this.#run(TAKE, [this.#leases, this.#entriesOf(one)], [one, 'expired']));
      if (left.length > 0) this.#listener(left, false);
    }
  }

  #run(script: string, keys: readonly [string, ...string[]], args: readonly string[]): Promise<unknown> {
    return this.#runner.run(script, keys, args);
  }
}

function texts(reply: unknown): string[] {
  return Array.isArray(reply) ? reply.map(String) : [];
}
