import {
  checkOptions,
  hasMethods,
  invalidOption,
  is,
  isFilled,
  isFunction,
  isIdPrefix,
  isInteger,
  isTimer,
  type OptionRules,
  safeReporter,
} from '@eventwire/options';
import { isCluster, type RedisClientLike } from './redis-client';
import { crossSlot } from './refusals';

export interface RedisLogOptions {
  /**
   * A connected client of ioredis or node-redis, or a cluster of theirs. It stays yours. The log neither
   * configures nor closes it.
   */
  client: RedisClientLike;
  /**
   * The stream's key, which belongs to this log alone, as do those that begin with `<key>:`. In a cluster,
   * put it in braces: `{events}`.
   */
  key: string;
  /** About how many events are kept, at least; default 10000. Redis removes whole blocks of older ones. */
  maxEvents?: number | undefined;
  /**
   * Begins every id, such as `urn:example:` where ids have to be URIs: printable ASCII characters, no space.
   * It is the same for all logs on one key: to a log with another prefix, an id is unknown.
   *
   * @default ''
   */
  idPrefix?: string | undefined;
  /** Ms to wait for an answer, or for a connection, before giving up; default 5000. */
  commandTimeout?: number | undefined;
  /**
   * About how many bytes of events may wait for Redis's answer; default 64 MiB. Events beyond it
   * are refused with `UNAVAILABLE`, as `not-written`.
   */
  maxPendingBytes?: number | undefined;
  /**
   * Called with each failure while the log follows Redis, which it then tries again; default `console.error`.
   */
  onError?: ((error: unknown) => void) | undefined;
}

export interface ResolvedRedisLogOptions {
  readonly client: RedisClientLike;
  readonly key: string;
  readonly maxEvents: number;
  readonly idPrefix: string;
  readonly commandTimeout: number;
  readonly maxPendingBytes: number;
  readonly onError: (error: unknown) => void;
}

export const RULES: OptionRules<RedisLogOptions> = {
  client: is(
    'a client of ioredis or node-redis, with call or sendCommand, and duplicate',
    (client) =>
      (hasMethods(client, 'call') || hasMethods(client, 'sendCommand')) && hasMethods(client, 'duplicate'),
  ),
  key: isFilled,
  maxEvents: isInteger(1, 2 ** 31 - 1),
  idPrefix: isIdPrefix,
  commandTimeout: isTimer(),
  maxPendingBytes: isInteger(1),
  onError: isFunction,
};

/** @throws TypeError with the code `INVALID_OPTION` */
export function resolveOptions(options: RedisLogOptions): ResolvedRedisLogOptions {
  checkOptions(options, RULES);
  const { client, key, maxEvents = 10_000, idPrefix = '', commandTimeout = 5000 } = options;
  const { maxPendingBytes = 64 * 1024 * 1024, onError = (error: unknown) => console.error(error) } = options;
  if (client === undefined) throw invalidOption('client', RULES.client.expected, { value: client });
  if (key === undefined) throw invalidOption('key', RULES.key.expected, { value: key });
  if (isCluster(client) && !hasTag(key)) throw crossSlot(key);
  const onFailure = safeReporter(onError);
  return { client, key, maxEvents, idPrefix, commandTimeout, maxPendingBytes, onError: onFailure };
}

/** The text in the first braces, if it is not empty, alone decides in which slot of a cluster a key is. */
export function hasTag(key: string): boolean {
  return /^[^{]*\{[^}]+\}/.test(key);
}
