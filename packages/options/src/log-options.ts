import { checkOptions } from './check-options';
import { invalidOption } from './option-error';
import { type Expectation, is, isInteger } from './predicates';

/** The option `idPrefix` of a log: what begins every id. */
export const isIdPrefix: Expectation = is(
  'printable ASCII characters, no space',
  (value) => typeof value === 'string' && /^[!-~]*$/.test(value),
);

const READ_RULES = {
  limit: isInteger(1),
  maxBytes: isInteger(1),
  maxReplayBytes: isInteger(0),
};

/** What `read` of a log takes: `ReadOptions` of the server. */
type ReadOptions = {
  readonly [Name in keyof typeof READ_RULES]?: number | undefined;
};

/** @throws OptionError */
export function checkReadOptions(options: ReadOptions): void {
  checkOptions(options, READ_RULES);
  if (options.limit === undefined)
    throw invalidOption('limit', READ_RULES.limit.expected, { value: undefined });
}

const MAX_NAME_BYTES = 512;
const RUN_NAME = `a name of 1 to ${MAX_NAME_BYTES} bytes without control characters`;
// A surrogate that stands alone has no bytes of its own: two names would become one.
const REFUSED = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/u;

/** @throws OptionError option `name` */
export function checkRunName(name: unknown): asserts name is string {
  // No character has less than a byte: what is far too long is not even looked at.
  const isShort = typeof name === 'string' && name !== '' && name.length <= MAX_NAME_BYTES;
  const isName = isShort && !REFUSED.test(name);
  if (!isName || utf8Length(name) > MAX_NAME_BYTES) throw invalidOption('name', RUN_NAME, { value: name });
}

/** In bytes. */
function utf8Length(name: string): number {
  let bytes = 0;
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
