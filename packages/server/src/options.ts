import { EventStreamUsageError } from './errors';

/** A longer setTimeout fires at once. */
export const MAX_TIMER = 2 ** 31 - 1;

export function invalidOption(option: string, reason: string, cause?: unknown): EventStreamUsageError {
  const options = cause === undefined ? { option } : { option, cause };
  return new EventStreamUsageError('INVALID_OPTION', `${option} ${reason}`, options);
}

/** @throws EventStreamUsageError `INVALID_OPTION` */
export function checkInteger(option: string, value: unknown, min: number, max: number): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return;
  const given = typeof value === 'number' ? String(value) : kindOf(value);
  throw invalidOption(option, `must be a whole number from ${min} to ${max}, not ${given}`);
}

/** @throws EventStreamUsageError `INVALID_OPTION` */
export function checkFunction(option: string, value: unknown): void {
  if (typeof value !== 'function') throw invalidOption(option, `must be a function, not ${kindOf(value)}`);
}

/** @throws EventStreamUsageError `INVALID_OPTION` */
export function checkOptions(value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    throw invalidOption('options', `must be an object, not ${kindOf(value)}`);
  }
}

/** What a refused value is, for messages: `Null`, `Number`, `Promise`. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
