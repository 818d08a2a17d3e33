import type { ConnectionError } from './errors';

/** The argument of `url`, `headers` and `body` functions, which are called before every attempt. */
export interface ConnectContext {
  /** From 1, over the stream's whole life. */
  readonly attempt: number;
  /** The id that this attempt resumes after; `''` if there is none. */
  readonly lastEventId: string;
  /** Why the attempt before ended; undefined for the first, and after a response that ended cleanly. */
  readonly previousError: ConnectionError | undefined;
  /** Aborted when this attempt is given up. */
  readonly signal: AbortSignal;
}

/** How the attempt ended, for `shouldReconnect` and `refresh`. */
export interface EndContext {
  /** The attempt that ended, from 1. */
  readonly attempt: number;
  /** The id that the next attempt resumes after. */
  readonly lastEventId: string;
  /** Undefined after a response that ended cleanly, and after 204. */
  readonly error: ConnectionError | undefined;
  /** The status that decided: of a refused response, 204, or 200 after a response that ended cleanly. */
  readonly status: number | undefined;
}

/** An attempt was accepted: headers are here, the body not yet. */
export interface OpenInfo {
  readonly attempt: number;
  readonly status: number;
  readonly headers: Headers;
}

/** The client has begun to wait. */
export interface ReconnectInfo {
  /** The attempt that ended. */
  readonly attempt: number;
  /** Until the next one, in ms. */
  readonly delay: number;
  /** Undefined after a response that ended cleanly. */
  readonly error: ConnectionError | undefined;
}

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
  /** With `ended`, if the stream was a run's: `done`, `stopped`, `failed` or `abandoned`. */
  readonly outcome?: string | undefined;
}
