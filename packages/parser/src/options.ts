import {
  checkOptions,
  hasMethods,
  invalidOption,
  is,
  isFunction,
  isInteger,
  isString,
  type OptionRules,
  optional,
} from '@eventwire/options';
import type { ParserHandlers, ParserOptions } from './event-stream-parser';

const PARSER_OPTIONS: OptionRules<ParserOptions> = {
  maxEventSize: optional(isInteger(1), Infinity),
  lastEventId: isString,
};

const HANDLERS = ['onEvent', 'onComment', 'onRetry', 'onLastEventId', 'onIgnored'] as const;

const isBoolean = is('a boolean', (value) => typeof value === 'boolean');

/** All that `parseEventStream` takes: the parser's options, the handlers but `onEvent`, and two of its own. */
const PARSE_OPTIONS = {
  ...PARSER_OPTIONS,
  ...Object.fromEntries(HANDLERS.map((name) => [name, isFunction])),
  flush: isBoolean,
  signal: is('an AbortSignal', (value) => hasMethods(value, 'addEventListener')),
};

/** The options, with their defaults. Throws an option error. */
export function resolveParserOptions(options: ParserOptions = {}): {
  maxEventSize: number;
  lastEventId: string;
} {
  checkOptions(options, PARSER_OPTIONS);
  const { maxEventSize = 16 * 1024 * 1024, lastEventId = '' } = options;
  return { maxEventSize, lastEventId };
}

/** Members beside the handlers are allowed: the object may be an instance of a user's class. */
export function checkHandlers(handlers: ParserHandlers): void {
  if (handlers === null || typeof handlers !== 'object')
    throw invalidOption('handlers', 'an object', { value: handlers });
  for (const name of HANDLERS) {
    const value: unknown = handlers[name];
    if (value !== undefined && typeof value !== 'function')
      throw invalidOption(name, isFunction.expected, { value });
  }
}

export function checkParseOptions(options: object): void {
  checkOptions(options, PARSE_OPTIONS as OptionRules<object>, { hints: { onMessage: 'onEvent' } });
}

export function checkEndOptions(options: { flush?: boolean | undefined }): boolean {
  checkOptions(options, { flush: isBoolean });
  return options.flush ?? false;
}
