import { invalidOption, type OptionError } from '@eventwire/options';
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

/** The error that a lasting refusal becomes for the log on this key. */
export function explain(
  refusal: Error,
  key: string,
  outcome: RedisLogError['outcome'],
): RedisLogError | OptionError {
  const options = { cause: refusal, outcome };
  if (refusal.message.startsWith('WRONGTYPE ')) {
    return new RedisLogError(
      'UNEXPECTED_REPLY',
      `The key ${JSON.stringify(key)}, or one that begins with "${key}:", holds something that is no log: ` +
        'give the log a key of its own, or delete what is there',
      options,
    );
  }
  if (refusal.message.startsWith('CROSSSLOT ')) return crossSlot(key, options);
  return unavailable(refusal, outcome);
}

/** @param refused what Redis said, and what became of the event, if it was asked already */
export function crossSlot(
  key: string,
  { cause, outcome }: { cause?: unknown; outcome?: RedisLogError['outcome'] } = {},
): OptionError {
  const tagged = `"{${key.replace(/[{}]/g, '')}}"`;
  const expected = `a key in braces, as in ${tagged}, to keep the log's keys in one slot of the Redis cluster`;
  const error = invalidOption('key', expected, { value: key }, cause);
  return outcome === undefined ? error : Object.assign(error, { outcome });
}

export function unavailable(cause: unknown, outcome?: RedisLogError['outcome']): RedisLogError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const options = outcome === undefined ? { cause } : { cause, outcome };
  return new RedisLogError('UNAVAILABLE', `Redis could not be used: ${reason}`, options);
}
