/** Thrown by `connect` itself, at the call. */
export class InvalidOptionError extends TypeError {
  readonly code = 'INVALID_OPTION';
  readonly option: string;

  constructor(option: string, message: string) {
    super(`Invalid option ${option}: ${message}`);
    this.option = option;
  }
}
