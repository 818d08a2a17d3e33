/** An option, or a step of a script, that cannot be meant: thrown at the call. */
export class InvalidOptionError extends TypeError {
  readonly code = 'INVALID_OPTION';
  readonly option: string;

  constructor(option: string, message: string) {
    super(`Invalid option ${option}: ${message}`);
    this.name = 'InvalidOptionError';
    this.option = option;
  }
}
