/** The longest delay that a timer takes, in ms: a longer one would fire at once. */
export const MAX_TIMER = 2 ** 31 - 1;

/** The values that an option may have, and the words for them in a refusal: "expected <words>, got ...". */
export interface Expectation {
  readonly expected: string;
  accepts(value: unknown): boolean;
}

// Or a bundle would keep every rule that it does not use.
/* @__NO_SIDE_EFFECTS__ */
export function is(expected: string, accepts: (value: unknown) => boolean): Expectation {
  return { expected, accepts };
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

export const hasMethods = (value: unknown, ...names: string[]): boolean =>
  names.every((name) => typeof (Object(value) as Record<string, unknown>)[name] === 'function');

export const isFunction: Expectation = is('a function', (value) => typeof value === 'function');
export const isBoolean: Expectation = is('a boolean', (value) => typeof value === 'boolean');
export const isString: Expectation = is('a string', (value) => typeof value === 'string');
export const isFilled: Expectation = is(
  'a string that is not empty',
  (value) => typeof value === 'string' && value !== '',
);
export const isAbortSignal: Expectation = is('an AbortSignal', (value) =>
  hasMethods(value, 'addEventListener', 'removeEventListener'),
);
/** For a value that is looked at where it is used. */
export const anything: Expectation = is('anything', () => true);

/** A number from `min` to `max`, fractions too; never NaN. */
export const isNumber = (min: number, max: number, expected = `a number ${range(min, max)}`): Expectation =>
  is(expected, (value) => typeof value === 'number' && value >= min && value <= max);

/** A whole number from `min` to `max`. */
export const isInteger = (
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
  expected = `a whole number ${range(min, max)}`,
): Expectation => is(expected, (value) => Number.isSafeInteger(value) && between(value as number, min, max));

/** Whole milliseconds that a timer takes. */
export const isTimer = (min = 1): Expectation =>
  isInteger(min, MAX_TIMER, `whole milliseconds ${range(min, MAX_TIMER)}`);

export const oneOf = (...values: readonly string[]): Expectation =>
  is(values.map((value) => `'${value}'`).join(' or '), (value) => values.includes(value as string));

/** Also the value `instead`, such as `false` for a timeout that is switched off. */
export const optional = ({ expected, accepts }: Expectation, instead: unknown): Expectation =>
  is(`${expected} or ${String(instead)}`, (value) => value === instead || accepts(value));

const between = (value: number, min: number, max: number) => value >= min && value <= max;

const range = (min: number, max: number) =>
  max >= Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
