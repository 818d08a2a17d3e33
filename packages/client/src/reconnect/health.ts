import type { Clock } from './clock';
import type { Policy } from './policy';

/**
 * How long, and for how many attempts, a stream has not been healthy; `maxAttempts` and `maxElapsed` bound
 * it.
 */
export interface Health {
  /** Attempts since the stream was last healthy. */
  readonly failures: number;
  /** When that was, or the first attempt began. */
  readonly since: number;
  /** A connection was opened. */
  opened(now: number): void;
  /**
   * The present connection, or the attempt at one, is over. It was healthy if it was open for `resetAfter`,
   * or ended cleanly.
   */
  ended(failures: 0 | 1, isClean?: boolean): void;
}

export function createHealth(clock: Clock, { resetAfter }: Policy): Health {
  let failures = 0;
  let since = clock.now();
  let openedAt = Infinity;
  return {
    get failures() {
      return failures;
    },
    get since() {
      return since;
    },
    opened(now) {
      openedAt = now;
    },
    ended(more, isClean) {
      const now = clock.now();
      failures += more;
      if (isClean || now - openedAt >= resetAfter) {
        failures = 0;
        since = now;
      }
      openedAt = Infinity;
    },
  };
}
