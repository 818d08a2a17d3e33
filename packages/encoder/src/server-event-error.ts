/**
 * An event that cannot be written as it was given. Nothing of it has been repaired.
 *
 * Codes: `INVALID_EVENT`, `UNKNOWN_FIELD`, `INVALID_DATA`, `INVALID_TYPE`, `INVALID_ID`, `INVALID_RETRY`,
 * `INVALID_COMMENT`, `NOT_JSON`, of `refuseId` `ID_NOT_ALLOWED`, and of `refuseReservedType` `RESERVED_TYPE`.
 */
export class ServerEventError extends TypeError {
  override readonly name = 'ServerEventError';
  declare readonly code: string;
  /** The field at fault; `event` where it is the event as a whole (`INVALID_EVENT`). */
  declare readonly field: string;

  constructor(code: string, field: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.field = field;
  }
}

/**
 * Refuses the value of a field.
 *
 * @throws ServerEventError
 */
export function refuse(field: string, reason: string): never {
  throw new ServerEventError(`INVALID_${field.toUpperCase()}`, field, `${field} ${reason}`);
}

/**
 * The kind of a refused value: a number itself, otherwise `Null`, `String`, `Uint8Array`, `Promise` and the
 * like.
 */
export function kindOf(value: unknown): string | number {
  return typeof value === 'number' ? value : {}.toString.call(value).slice(8, -1);
}
