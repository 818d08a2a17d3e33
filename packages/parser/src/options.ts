import { EventStreamError, type EventStreamErrorCode } from './event-stream-error';
import type { ParserHandlers, ParserOptions } from './event-stream-parser';

const HANDLERS = ['onEvent', 'onComment', 'onRetry', 'onLastEventId', 'onIgnored'] as const;

/** @throws EventStreamError `code` unless `valid` */
export function check(
  valid: boolean,
  name: string,
  expected: string,
  code: EventStreamErrorCode = 'INVALID_OPTION',
): void {
  if (!valid) throw new EventStreamError(code, `${name} must be ${expected}`);
}

/** Options, or none. */
export function checkObject<T extends object>(options: T | undefined): T | Partial<T> {
  check(options === undefined || (options !== null && typeof options === 'object'), 'options', 'an object');
  return options ?? {};
}

/** The options, with their defaults. */
export function checkOptions(options?: ParserOptions): { maxEventSize: number; lastEventId: string } {
  const { maxEventSize = 16 * 1024 * 1024, lastEventId = '' } = checkObject(options);
  check(
    maxEventSize === Infinity || (Number.isSafeInteger(maxEventSize) && maxEventSize > 0),
    'maxEventSize',
    'a positive integer (characters) or Infinity',
  );
  check(typeof lastEventId === 'string', 'lastEventId', 'a string');
  return { maxEventSize, lastEventId };
}

export function checkHandlers(handlers: ParserHandlers): void {
  check(handlers !== null && typeof handlers === 'object', 'handlers', 'an object');
  for (const name of HANDLERS) {
    const handler: unknown = handlers[name];
    check(handler === undefined || typeof handler === 'function', name, 'a function');
  }
}

export function checkFlush(flush = false): boolean {
  check(typeof flush === 'boolean', 'flush', 'a boolean');
  return flush;
}
