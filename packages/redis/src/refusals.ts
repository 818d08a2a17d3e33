import { RedisLogError } from './redis-log-error';

/** Redis refuses with these words for a while only: it is loading its data, or changing its master. */
const PASSING = /^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|READONLY|NOREPLICAS|BUSY) /;

/**
 * An error that Redis itself answered with: its message begins with a word in capitals. It has written
 * nothing then.
 */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && /^[A-Z][A-Z0-9]+ /.test(error.message);
}

/** A refusal that does not go away by itself. */
export function isLasting(error: unknown): error is Error {
  return isRefusal(error) && !PASSING.test(error.message);
}

/** What a lasting refusal means for the log on this key. */
export function explain(refusal: Error, key: string, outcome: RedisLogError['outcome']): RedisLogError {
  const options = { cause: refusal, outcome };
  if (refusal.message.startsWith('WRONGTYPE ')) {
    return new RedisLogError(
      'UNEXPECTED_REPLY',
      `The key ${JSON.stringify(key)}, or one that begins with "${key}:", holds something that is no log: give the log a key of its own, or delete what is there`,
      options,
    );
  }
  if (refusal.message.startsWith('CROSSSLOT ')) return crossSlot(key, options);
  return unavailable(refusal, outcome);
}

export function crossSlot(
  key: string,
  options: ErrorOptions & { outcome?: RedisLogError['outcome'] } = {},
): RedisLogError {
  return new RedisLogError(
    'INVALID_OPTION',
    `key ${JSON.stringify(key)} does not keep the log's keys in one slot of the Redis cluster: put it in braces, as in "{${key.replace(/[{}]/g, '')}}"`,
    { ...options, option: 'key' },
  );
}

export function unavailable(cause: unknown, outcome?: RedisLogError['outcome']): RedisLogError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const options = outcome === undefined ? { cause } : { cause, outcome };
  return new RedisLogError('UNAVAILABLE', `Redis could not be used: ${reason}`, options);
}
