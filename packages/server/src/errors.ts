/**
 * A mistake in the calling code, to be fixed there.
 *
 * Codes: `INVALID_OPTION` (`option` names it), `INVALID_SOURCE` (what sendEvents or `initial` was given is no source of
 * events), `HEADERS_SENT` (the response was begun by someone else), `EVENT_TOO_LARGE` (larger than the whole log may be),
 * `FOREIGN_ID` (the id was not assigned by this log), `INCONSISTENT_LOG` (a log broke its contract).
 */
export class EventStreamUsageError extends TypeError {
  readonly code:
    | 'INVALID_OPTION'
    | 'INVALID_SOURCE'
    | 'HEADERS_SENT'
    | 'EVENT_TOO_LARGE'
    | 'FOREIGN_ID'
    | 'INCONSISTENT_LOG';
  /** The option at fault; absent where it is none. */
  readonly option: string | undefined;

  constructor(
    code: EventStreamUsageError['code'],
    message: string,
    options?: (ErrorOptions & { option?: string }) | undefined,
  ) {
    super(message, options);
    this.name = 'EventStreamUsageError';
    this.code = code;
    this.option = options?.option;
  }
}
