/** How every package refuses an option, at the call that was given it. */
export interface OptionError extends TypeError {
  readonly code: 'INVALID_OPTION';
  /** The option at fault, with the path to it: `reconnect.maxDelay`. */
  readonly option: string;
}

/**
 * @param expected what the option may be, and where there is one the way out
 * @param got the value; or nothing, where a value may be secret
 */
export function invalidOption(
  option: string,
  expected: string,
  got?: { readonly value: unknown } | undefined,
  cause?: unknown,
): OptionError {
  const given = got ? `, got ${show(got.value)}` : '';
  const error = refusal(option, expected + given);
  // As the constructor would define it: a console shows it, JSON does not.
  if (cause !== undefined) Object.defineProperty(error, 'cause', { value: cause, configurable: true });
  return error;
}

/**
 * As `invalidOption`, without any value; apart, so that a bundle without values goes without the code to show
 * them.
 */
export const refusal = (option: string, expected: string): OptionError =>
  optionError(option, `Invalid option \`${option}\`: expected ${expected}`);

/** @param hint the known name that was probably meant, or the few of which one was */
export function unknownOption(
  option: string,
  hint: string | readonly string[] | undefined,
  known: readonly string[],
): OptionError {
  const list = (names: readonly string[], separator: string) =>
    names.map((name) => `\`${name}\``).join(separator);
  const way = hint ? `did you mean ${list([hint].flat(), ' or ')}?` : `known are ${list(known, ', ')}`;
  return optionError(option, `Unknown option \`${option}\`: ${way}`);
}

const optionError = (option: string, message: string): OptionError =>
  Object.assign(new TypeError(message), { code: 'INVALID_OPTION' as const, option });

const MAX_SHOWN = 60;

/** A value as one would write it, shortened; of objects the kind alone. */
export function show(value: unknown): string {
  if (typeof value === 'string')
    return value.length > MAX_SHOWN ? `'${value.slice(0, MAX_SHOWN)}…'` : `'${value}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (Object(value) !== value) return String(value);
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  const word = /^(Object|Array|Function)$/.test(kind) ? kind.toLowerCase() : kind;
  return `${/^(?:[aeio]|u(?!int|rl))/i.test(word) ? 'an' : 'a'} ${word}`;
}
