import { describe, EventStreamError } from './event-stream-error';
import type { ParserHandlers, ParserOptions } from './event-stream-parser';

const MAX_EVENT_SIZE = 16 * 1024 * 1024;
const HANDLERS = ['onEvent', 'onComment', 'onRetry', 'onLastEventId', 'onIgnored'] as const;

export function invalidOption(name: string, expected: string, value: unknown): EventStreamError {
  return new EventStreamError('INVALID_OPTION', `${name} must be ${expected}, not ${describe(value)}`);
}

/** The options, or none. */
export function checkObject<T extends object>(options: T | undefined): T | Partial<T> {
  if (options === undefined) return {};
  if (options === null || typeof options !== 'object') throw invalidOption('options', 'an object', options);
  return options;
}

/** The options, checked, with their defaults. */
export function checkOptions(options?: ParserOptions): { maxEventSize: number; lastEventId: string } {
  const { maxEventSize = MAX_EVENT_SIZE, lastEventId = '' } = checkObject(options);
  if (maxEventSize !== Infinity && !(Number.isSafeInteger(maxEventSize) && maxEventSize > 0)) {
    throw invalidOption('maxEventSize', 'a positive integer (characters) or Infinity', maxEventSize);
  }
  if (typeof lastEventId !== 'string') throw invalidOption('lastEventId', 'a string', lastEventId);
  return { maxEventSize, lastEventId };
}

/** Refuses what is no object of functions, or `wrap`s each handler that is there. */
export function checkHandlers(
  handlers: ParserHandlers,
  wrap: <T>(handler: (value: T) => void) => (value: T) => void,
): ParserHandlers {
  if (handlers === null || typeof handlers !== 'object') {
    throw invalidOption('handlers', 'an object like { onEvent(event) {} }', handlers);
  }
  const wrapped: Record<string, unknown> = {};
  for (const name of HANDLERS) {
    const handler: unknown = handlers[name];
    if (handler === undefined) continue;
    if (typeof handler !== 'function') throw invalidOption(name, 'a function', handler);
    wrapped[name] = wrap(handler.bind(handlers));
  }
  return wrapped as ParserHandlers;
}

export function checkFlush(flush: boolean | undefined): boolean {
  if (flush !== undefined && typeof flush !== 'boolean') throw invalidOption('flush', 'a boolean', flush);
  return flush ?? false;
}

export function checkSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
    throw invalidOption('signal', 'an AbortSignal', signal);
  }
  return signal;
}
