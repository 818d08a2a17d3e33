import fc from 'fast-check';
import { eventStreamParts } from './event-stream-text';
import { mutateBytes, mutations } from './mutation';

/** Bytes that are not UTF-8, or only together with others. */
const HOSTILE = [
  // Characters that are cut short, and what would have ended them.
  ...[[0xc3], [0xe6, 0xbc], [0xe6], [0xf0, 0x9f, 0x98], [0xf0, 0x9f], [0xf0], [0x80], [0xbf, 0xbf]],
  // Never in UTF-8: overlong forms, surrogates, beyond U+10FFFF, other bytes.
  ...[[0xc0, 0x80], [0xc0, 0x8a], [0xe0, 0x80, 0x8a], [0xed, 0xa0, 0xbd], [0xf4, 0x90, 0x80, 0x80], [0xff]],
  // Byte order marks: whole, twice, in pieces, of UTF-16.
  ...[
    [0xef, 0xbb, 0xbf],
    [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf],
    [0xef, 0xbb],
    [0xef],
    [0xff, 0xfe],
    [0xfe, 0xff],
  ],
  // A character cut short by a line ending.
  ...[
    [0xc3, 0x0a],
    [0xe6, 0xbc, 0x0d],
    [0xf0, 0x9f, 0x0a, 0x98],
  ],
];

const insertion = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.array(fc.nat(255), { maxLength: 3 }) },
);

/**
 * Any event stream, as bytes: what `eventStreamText` makes, in UTF-8, then with bytes cut out and put in that
 * are not UTF-8, characters cut short (also by the end of the stream) and byte order marks, whole and in
 * pieces.
 */
export function eventStreamBytes(): fc.Arbitrary<Uint8Array> {
  const utf8 = new TextEncoder();
  return fc
    .record({
      parts: eventStreamParts(),
      changes: fc.array(mutations(insertion), { maxLength: 24 }),
      start: anyOf([], [], [], [0xef, 0xbb, 0xbf], [0xef, 0xbb], [0xef], [0xfe, 0xff]),
      end: anyOf([], [], [], [], [0xc3], [0xe6, 0xbc], [0xf0, 0x9f, 0x98]),
    })
    .map(({ parts, changes, start, end }) => {
      const middle = parts.map((text, index) => mutateBytes(utf8.encode(text), changes[index] ?? []));
      return Uint8Array.from([start, ...middle, end].flatMap((bytes) => [...bytes]));
    });
}

function anyOf(...choices: number[][]): fc.Arbitrary<number[]> {
  return fc.constantFrom(...choices);
}
