import type { ServerEventInit } from '@eventwire/encoder';
import fc from 'fast-check';

/** Strings that find trouble: every line ending, NUL, the byte order mark, look-alike newlines, surrogates, colons, spaces. */
export const trickyString = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(
      fc.constantFrom(
        '\r',
        '\n',
        '\r\n',
        '\0',
        '\uFEFF',
        '\u0085',
        '\u2028',
        '\u2029',
        '\uD800',
        '\uDC00',
        '\uD83D\uDE00',
        'é',
        '漢',
        ':',
        ' ',
        '  ',
        '',
        'data:',
        'id: 7',
        'event: forged',
        'retry: 1',
        '\n\n',
        'x',
        '0',
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);

const withoutNewline = trickyString.map((text) => text.replace(/[\r\n]/g, '·'));
const asId = withoutNewline.map((text) => text.replaceAll('\0', '∅').toWellFormed());

/** Any event that the encoder accepts, with every field present, absent or undefined. */
export const serverEventInit: fc.Arbitrary<ServerEventInit> = fc.record(
  {
    data: fc.option(fc.oneof(trickyString, fc.array(trickyString, { maxLength: 4 })), { nil: undefined }),
    type: fc.option(withoutNewline, { nil: undefined }),
    id: fc.option(asId, { nil: undefined }),
    retry: fc.option(fc.maxSafeNat(), { nil: undefined }),
    comment: fc.option(trickyString, { nil: undefined }),
  },
  { requiredKeys: [] },
);

/** What DESIGN says `data` reads back as: the pieces joined by LF, their newlines normalised. */
export function readBackData(data: ServerEventInit['data']): string | undefined {
  if (data === undefined) return undefined;
  const pieces = typeof data === 'string' ? [data] : [...data];
  if (pieces.length === 0) return undefined;
  return pieces.map((piece) => piece.replace(/\r\n?/g, '\n')).join('\n');
}
