import type { ConnectionError } from './errors';

/**
 * - `closed`: by `close()`, an aborted signal, or the last iterator's `break`.
 * - `ended`: the server said that it is finished; with `reconnect: false` also a response that ended cleanly.
 * - `no-content`: the response was a 204.
 * - `terminal`: `terminal(event)` said so.
 * - `failed`: an error after which asking again is futile; with `reconnect: false` also no connection at all.
 * - `exhausted`: `maxAttempts` or `maxElapsed` is used up.
 * - `cut`: with `reconnect: false`, the connection broke after it was open.
 */
export type OutcomeReason = 'closed' | 'ended' | 'no-content' | 'terminal' | 'failed' | 'exhausted' | 'cut';

/** How the stream as a whole came to its end. */
export interface Outcome {
  readonly reason: OutcomeReason;
  /** With `failed`, `exhausted` and `cut`. */
  readonly error?: ConnectionError | undefined;
  /** With `ended`: the reason that the server gave, if any. */
  readonly detail?: string | undefined;
}
