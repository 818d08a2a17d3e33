import type { RedisClientLike } from './redis-client';
import { RedisLogError } from './redis-log-error';

export interface RedisLogOptions {
  /** A connected client of ioredis or node-redis, or a cluster of theirs. It stays yours: the log neither configures nor closes it. */
  client: RedisClientLike;
  /** The stream's key, which belongs to this log alone, as do those that begin with `<key>:`. In a cluster, put it in braces: `{events}`. */
  key: string;
  /** About how many events are kept, at least; default 10000. Redis removes whole blocks of older ones. */
  maxEvents?: number | undefined;
  /** Ms to wait for an answer, or for a connection, before giving up; default 5000. */
  commandTimeout?: number | undefined;
  /** Told of what goes wrong while the log follows Redis, which it then tries again; default `console.error`. */
  onError?: ((error: unknown) => void) | undefined;
}

export interface ResolvedRedisLogOptions {
  readonly client: RedisClientLike;
  readonly key: string;
  readonly maxEvents: number;
  readonly commandTimeout: number;
  readonly onError: (error: unknown) => void;
}

/** @throws RedisLogError `INVALID_OPTION` */
export function resolveOptions(options: RedisLogOptions): ResolvedRedisLogOptions {
  if (typeof options !== 'object' || options === null) throw invalid('options', 'must be an object');
  const { client, key, maxEvents = 10_000, commandTimeout = 5000 } = options;
  const { onError = (error: unknown) => console.error(error) } = options;
  const commands = [client?.call, client?.sendCommand].some((method) => typeof method === 'function');
  if (!commands || typeof client.duplicate !== 'function') {
    throw invalid(
      'client',
      'must be a client of ioredis or node-redis, with call or sendCommand, and duplicate',
    );
  }
  if (typeof key !== 'string' || key === '') throw invalid('key', 'must be a string that is not empty');
  for (const [name, value] of Object.entries({ maxEvents, commandTimeout })) {
    if (!Number.isSafeInteger(value) || value < 1 || value > 2 ** 31 - 1) {
      throw invalid(name, `must be a whole number from 1 to ${2 ** 31 - 1}, not ${String(value)}`);
    }
  }
  if (typeof onError !== 'function') throw invalid('onError', 'must be a function');
  return { client, key, maxEvents, commandTimeout, onError: guarded(onError) };
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
