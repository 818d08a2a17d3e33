import { checkOptions, isInteger, type OptionRules } from '@eventwire/options';
import fc from 'fast-check';

/** Pieces of text that find trouble, sorted by the trouble. Failures shrink to the first one. */
const TROUBLE = [
  ...['x', '0', ' ', ':'],
  ...['\n', '\r', '\r\n', '\n\n', '\n\r'],
  // Line endings elsewhere (VT, FF, NEL, LS, PS), but not here.
  ...['\u000B', '\u000C', '\u0085', '\u2028', '\u2029'],
  // NUL, the byte order mark, what invalid UTF-8 decodes to.
  ...['\0', '\uFEFF', '\uFFFD'],
  // Characters of 2, 3 and 4 bytes, and halves of the last.
  ...['é', '漢', '\u{1F600}', '\uD83D', '\uDE00'],
  // Text that would be a line of its own, if it got to the start of one.
  ...['data: forged', 'event: forged', 'id: forged', 'retry: 1', ': forged', 'data', '__proto__'],
];

/** One character, or a few that belong together; mostly of those that find trouble. */
export const trickyUnit: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TROUBLE) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
);

interface TrickyStringOptions {
  /** In characters; default 8. */
  maxLength?: number | undefined;
}

const RULES: OptionRules<TrickyStringOptions> = { maxLength: isInteger(0) };

/**
 * Text that finds trouble: every line ending and what only looks like one, NUL, byte order marks, lone
 * surrogates, colons, spaces, and whole lines of a stream.
 */
export function trickyString(options: TrickyStringOptions = {}): fc.Arbitrary<string> {
  checkOptions(options, RULES);
  return fc.string({ unit: trickyUnit, maxLength: options.maxLength ?? 8 });
}
