import type { ReadOptions } from '@eventwire/server';
import { isCluster, type RedisClientLike } from './redis-client';
import { RedisLogError } from './redis-log-error';
import { crossSlot } from './refusals';

export interface RedisLogOptions {
  /** A connected client of ioredis or node-redis, or a cluster of theirs. It stays yours: the log neither configures nor closes it. */
  client: RedisClientLike;
  /** The stream's key, which belongs to this log alone, as do those that begin with `<key>:`. In a cluster, put it in braces: `{events}`. */
  key: string;
  /** About how many events are kept, at least; default 10000. Redis removes whole blocks of older ones. */
  maxEvents?: number | undefined;
  /** Ms to wait for an answer, or for a connection, before giving up; default 5000. */
  commandTimeout?: number | undefined;
  /**
   * About how many bytes of events may wait for Redis's answer; default 64 MiB. What is published beyond it
   * is refused with `UNAVAILABLE`, as `not-written`.
   */
  maxPendingBytes?: number | undefined;
  /** Told of what goes wrong while the log follows Redis, which it then tries again; default `console.error`. */
  onError?: ((error: unknown) => void) | undefined;
}

export interface ResolvedRedisLogOptions {
  readonly client: RedisClientLike;
  readonly key: string;
  readonly maxEvents: number;
  readonly commandTimeout: number;
  readonly maxPendingBytes: number;
  readonly onError: (error: unknown) => void;
}

/** @throws RedisLogError `INVALID_OPTION` */
export function resolveOptions(options: RedisLogOptions): ResolvedRedisLogOptions {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'must be an object');
  const {
    client,
    key,
    maxEvents = 10_000,
    commandTimeout = 5000,
    maxPendingBytes = 64 * 1024 * 1024,
  } = options;
  const { onError = (error: unknown) => console.error(error) } = options;
  const commands = [client?.call, client?.sendCommand].some((method) => typeof method === 'function');
  if (!commands || typeof client.duplicate !== 'function') {
    throw invalid(
      'client',
      'must be a client of ioredis or node-redis, with call or sendCommand, and duplicate',
    );
  }
  if (typeof key !== 'string' || key === '') throw invalid('key', 'must be a string that is not empty');
  if (isCluster(client) && !hasTag(key)) throw crossSlot(key);
  checkNumber('maxEvents', maxEvents, 1, 2 ** 31 - 1);
  checkNumber('commandTimeout', commandTimeout, 1, 2 ** 31 - 1);
  checkNumber('maxPendingBytes', maxPendingBytes);
  if (typeof onError !== 'function') throw invalid('onError', 'must be a function');
  return { client, key, maxEvents, commandTimeout, maxPendingBytes, onError: guarded(onError) };
}

/** @throws RedisLogError `INVALID_OPTION` */
export function checkReadOptions({ limit, maxBytes, maxReplayBytes }: ReadOptions): void {
  checkNumber('limit', limit);
  if (maxBytes !== undefined) checkNumber('maxBytes', maxBytes);
  if (maxReplayBytes !== undefined) checkNumber('maxReplayBytes', maxReplayBytes, 0);
}

function checkNumber(name: string, value: number, least = 1, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw invalid(name, `must be a whole number from ${least} to ${most}, not ${String(value)}`);
}

/** What is in the first braces, if it is not empty, decides alone in which slot of a cluster a key is. */
function hasTag(key: string): boolean {
  return /^[^{]*\{[^}]+\}/.test(key);
}

/** A report must not fail where it is made, which is in the middle of following, or in an event of the client's. */
function guarded(onError: (error: unknown) => void): (error: unknown) => void {
  return (error) => {
    try {
      onError(error);
    } catch (failure) {
      console.error(failure);
    }
  };
}

function invalid(option: string, reason: string): RedisLogError {
  return new RedisLogError('INVALID_OPTION', `${option} ${reason}`, { option });
}
