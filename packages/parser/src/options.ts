import type { ParserHandlers, ParserOptions } from './event-stream-parser';

/*
 * The refusals of @eventwire/options, in the same words. Written again in a few lines, since a whole table of rules would
 * make a parser a third larger in a page.
 */

type Rule = readonly [expected: string, accepts: (value: unknown) => boolean];
type Rules = Readonly<Record<string, Rule>>;

const isFunction: Rule = ['a function', (value) => typeof value === 'function'];
const isBoolean: Rule = ['a boolean', (value) => typeof value === 'boolean'];

const HANDLERS: Rules = {
  onEvent: isFunction,
  onComment: isFunction,
  onRetry: isFunction,
  onLastEventId: isFunction,
  onIgnored: isFunction,
};

const PARSER_OPTIONS: Rules = {
  maxEventSize: [
    'a whole number of at least 1 or Infinity',
    (value) => value === Infinity || (Number.isSafeInteger(value) && (value as number) > 0),
  ],
  lastEventId: ['a string', (value) => typeof value === 'string'],
};

/**
 * The options, with their defaults.
 *
 * @throws TypeError with the code `INVALID_OPTION` and `option`
 */
export function resolveParserOptions(options: ParserOptions = {}): {
  maxEventSize: number;
  lastEventId: string;
} {
  checkOptions('options', options, PARSER_OPTIONS);
  const { maxEventSize = 16 * 1024 * 1024, lastEventId = '' } = options;
  return { maxEventSize, lastEventId };
}

/** Members beside the handlers are allowed: the object may be an instance of a user's class. */
export function checkHandlers(handlers: ParserHandlers): void {
  checkObject('handlers', handlers);
  for (const [name, rule] of Object.entries(HANDLERS))
    checkValue(name, handlers[name as keyof ParserHandlers], rule);
}

/** All that `parseEventStream` takes: it hands out the events itself. */
export function checkParseOptions(options: object): void {
  // Made here: at the module's top, every bundle with a parser would keep it.
  const { onEvent: _, ...otherHandlers } = HANDLERS;
  const signal: Rule = [
    'an AbortSignal',
    (value) => typeof (value as AbortSignal | null)?.addEventListener === 'function',
  ];
  checkOptions('options', options, { ...PARSER_OPTIONS, ...otherHandlers, flush: isBoolean, signal });
}

export function checkEndOptions(options: { flush?: boolean | undefined }): boolean {
  checkOptions('options', options, { flush: isBoolean });
  return options.flush ?? false;
}

function checkOptions(name: string, options: object, rules: Rules): void {
  checkObject(name, options);
  for (const [option, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, option) ? rules[option] : undefined;
    if (rule) checkValue(option, value, rule);
    else if (value !== undefined) {
      const known = Object.keys(rules).map((each) => `\`${each}\``);
      refuse(option, `Unknown option \`${option}\`: known are ${known.join(', ')}`);
    }
  }
}

function checkObject(name: string, value: unknown): void {
  checkValue(name, value ?? null, ['an object', () => typeof value === 'object' && value !== null]);
}

function checkValue(option: string, value: unknown, [expected, accepts]: Rule): void {
  if (value === undefined || accepts(value)) return;
  const given = typeof value === 'string' ? `'${value}'` : Object(value) === value ? 'an object' : value;
  refuse(option, `Invalid option \`${option}\`: expected ${expected}, got ${String(given)}`);
}

function refuse(option: string, message: string): never {
  throw Object.assign(new TypeError(message), { code: 'INVALID_OPTION', option });
}
