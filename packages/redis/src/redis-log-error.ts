/**
 * What went wrong in the log, or with Redis.
 *
 * Codes: `INVALID_OPTION` (`option` names it), `FOREIGN_ID` (the id was not assigned by this log), `CLOSED` (the log was disposed),
 * `UNAVAILABLE` (Redis could not be reached or refused; `cause` says why), `TIMEOUT` (no answer within `commandTimeout`), and
 * `UNEXPECTED_REPLY` (the key holds something else, or this is no Redis 7).
 *
 * After `UNAVAILABLE` and `TIMEOUT` an event may have been added or not: who appends it again may have it twice.
 */
export class RedisLogError extends Error {
  readonly code: 'INVALID_OPTION' | 'FOREIGN_ID' | 'CLOSED' | 'UNAVAILABLE' | 'TIMEOUT' | 'UNEXPECTED_REPLY';
  readonly option: string | undefined;

  constructor(
    code: RedisLogError['code'],
    message: string,
    options?: (ErrorOptions & { option?: string }) | undefined,
  ) {
    super(message, options);
    this.name = 'RedisLogError';
    this.code = code;
    this.option = options?.option;
  }
}
