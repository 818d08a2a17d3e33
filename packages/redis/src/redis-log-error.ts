/**
 * A failure in the log, or of Redis.
 *
 * Codes: `FOREIGN_ID` (the id was not assigned by this log), `CLOSED`
 * (the log was disposed), `UNAVAILABLE` (Redis could not be reached within `commandTimeout`, refused, or has
 * left something without an answer for longer than that, or more than `maxPendingBytes` wait for it; `cause`
 * says which), `TIMEOUT` (it was reached, and did not answer within `commandTimeout`), `UNEXPECTED_REPLY`
 * (the key holds something else, or this is no Redis 7), `FENCED` (the event's publisher has a lower term than
 * another, or has lost its run), `ENDED` (the log or the run has ended), and `MISSING` (there is no such run).
 */
export class RedisLogError extends Error {
  readonly code:
    | 'FOREIGN_ID'
    | 'CLOSED'
    | 'UNAVAILABLE'
    | 'TIMEOUT'
    | 'UNEXPECTED_REPLY'
    | 'FENCED'
    | 'ENDED'
    | 'MISSING';
  /**
   * Of an event that was to be added. `not-written`: it never will be, so it can be published again.
   * `unknown`: it was sent and no reply came; published again, it is there once under an `idempotencyKey`,
   * and perhaps twice without. undefined for everything else.
   */
  readonly outcome: 'not-written' | 'unknown' | undefined;

  constructor(
    code: RedisLogError['code'],
    message: string,
    options?: (ErrorOptions & { outcome?: RedisLogError['outcome'] }) | undefined,
  ) {
    super(message, options);
    this.name = 'RedisLogError';
    this.code = code;
    this.outcome = options?.outcome;
  }
}
