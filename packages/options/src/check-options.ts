import { invalidOption, unknownOption } from './option-error';
import { type Expectation, isObject } from './predicates';

export interface Rule extends Expectation {
  /** The value is never shown in a message: it may hold a token. */
  readonly secret?: boolean;
}

/** A rule for every option of `Options`: the compiler sees to it that none is missing. */
export type OptionRules<Options> = { readonly [Name in keyof Required<Options>]: Rule };

interface CheckSettings {
  /** The path to these options, such as `reconnect.`. */
  readonly prefix?: string;
  /** The name for the object itself in a refusal, if it is no object; default `options`. */
  readonly name?: string;
  /** Names that other libraries use, and ours for the same. */
  readonly hints?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Refuses what is no object, an option that is unknown, and a value that its rule does not accept.
 * `undefined` means absent, for every option.
 *
 * @throws OptionError
 */
export function checkOptions<Options>(
  given: Options,
  rules: OptionRules<Options>,
  { prefix = '', name = 'options', hints = {} }: CheckSettings = {},
): void {
  if (!isObject(given)) throw invalidOption(name, 'an object', { value: given });
  const table = rules as Readonly<Record<string, Rule>>;
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const rule = Object.hasOwn(table, option) ? table[option] : undefined;
    if (rule === undefined) {
      const known = Object.keys(table);
      const hint = Object.hasOwn(hints, option) ? hints[option] : nearest(option, known);
      const paths = hint && [hint].flat().map((name) => prefix + name);
      throw unknownOption(prefix + option, paths, known);
    }
    if (!rule.accepts(value)) {
      throw invalidOption(prefix + option, rule.expected, rule.secret ? undefined : { value });
    }
  }
}

/** The known name that takes the fewest edits, if it is near enough to be a slip of the pen. */
function nearest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

/** Levenshtein's, in one row. */
function distance(a: string, b: string): number {
  const row = [...a, ''].map((_, index) => index);
  for (const [j, letter] of [...b].entries()) {
    let diagonal = j;
    row[0] = j + 1;
    for (let i = 1; i < row.length; i++) {
      const above = row[i] as number;
      row[i] = Math.min(above + 1, (row[i - 1] as number) + 1, diagonal + (a[i - 1] === letter ? 0 : 1));
      diagonal = above;
    }
  }
  return row.at(-1) as number;
}
