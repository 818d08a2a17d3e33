/**
 * An event that cannot be written as it was given. Nothing of it has been repaired.
 *
 * Codes: `INVALID_EVENT`, `UNKNOWN_FIELD`, `INVALID_DATA`, `INVALID_TYPE`, `INVALID_ID`, `INVALID_RETRY`,
 * `INVALID_COMMENT`, `NOT_JSON`.
 */
export class ServerEventError extends TypeError {
  readonly code: string;
  /** The field at fault; empty where it is the event as a whole (`INVALID_EVENT`). */
  readonly field: string;

  constructor(code: string, field: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ServerEventError';
    this.code = code;
    this.field = field;
  }
}
