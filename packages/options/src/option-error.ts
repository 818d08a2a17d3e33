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
  return create(`Invalid option \`${option}\`: expected ${expected}${given}`, option, cause);
}

/** @param hint the known name that was probably meant */
export function unknownOption(
  option: string,
  hint: string | undefined,
  known: readonly string[],
): OptionError {
  const way =
    hint === undefined
      ? `known are ${known.map((name) => `\`${name}\``).join(', ')}`
      : `did you mean \`${hint}\`?`;
  return create(`Unknown option \`${option}\`: ${way}`, option);
}

function create(message: string, option: string, cause?: unknown): OptionError {
  const error = cause === undefined ? new TypeError(message) : new TypeError(message, { cause });
  return Object.assign(error, { code: 'INVALID_OPTION' as const, option });
}

const MAX_SHOWN = 60;

/** A value as one would write it, shortened; of objects the kind alone. */
export function show(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > MAX_SHOWN ? `'${value.slice(0, MAX_SHOWN)}…'` : `'${value}'`;
  }
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null)
    return typeof value === 'bigint' ? `${value}n` : String(value);
  if (Array.isArray(value)) return 'an array';
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  return kind === 'Object' ? 'an object' : `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`;
}
