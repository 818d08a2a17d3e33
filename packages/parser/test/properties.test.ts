import { type Chunk, createParser } from '@eventwire/parser';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limited, reference } from '../../../conformance/reference';
import { cutAt, read } from './reading';

const numRuns = Number(process.env.EVENTWIRE_RUNS ?? 500);

const word = fc.constantFrom(
  ...[
    'data',
    'event',
    'id',
    'retry',
    'Data',
    'x',
    ':',
    ':',
    ':',
    ': ',
    ' ',
    '\t',
    '\0',
    '0',
    '42',
    '9'.repeat(20),
  ],
  ...['\uFEFF', '\u2028', '\u0085', 'é', '€', '😀', '\uFFFD', '١'],
);
const ending = fc.constantFrom(
  ...['\n', '\n', '\n\n', '\r', '\r\n', '\r\n\r\n', '\n\r', '\r\r\n', '\n\n\n\n', '\n\r\r\n\r\n'],
);
const fieldLine = fc
  .tuple(
    fc.constantFrom('data', 'data', 'event', 'id', 'retry', ''),
    fc.constantFrom(':', ': '),
    word,
    ending,
  )
  .map((parts) => parts.join(''));
const lone = fc.constantFrom('\ud83d', '\ude00');
const mark = fc.constantFrom('', '', '\uFEFF', '\uFEFF\uFEFF');

/** Streams that are often nearly right: random text alone hardly ever dispatches anything. */
const stream = (...more: fc.Arbitrary<string>[]) =>
  fc
    .tuple(
      mark,
      fc.array(fc.oneof(fieldLine, word, ending, fc.string({ unit: 'binary', maxLength: 4 }), ...more)),
    )
    .map(([first, rest]) => first + rest.join(''));

const text = stream();
const brokenText = stream(lone);

const brokenBytes = fc
  .array(
    fc.oneof(
      fieldLine.map((line) => new TextEncoder().encode(line)),
      word.map((line) => new TextEncoder().encode(line)),
      ending.map((line) => new TextEncoder().encode(line)),
      // A character without its end, a lead byte, a continuation, and what never is UTF-8.
      fc.constantFrom(
        [0xf0, 0x9f, 0x98],
        [0xe2, 0x82],
        [0xc3],
        [0x80],
        [0xed, 0xa0],
        [0xf4, 0x90],
        [0xff],
        [0xef, 0xbb],
      ),
      fc.uint8Array({ maxLength: 3 }),
    ),
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

const cuts = fc.array(fc.nat(), { maxLength: 30 });

function agrees(input: Chunk, chunks: Chunk[], flush: boolean): void {
  const expected = reference(input, flush);
  expect(read(chunks, { flush, ignored: true })).toEqual(expected);
  const { ignored: _, ...withoutIgnored } = expected;
  expect(read(chunks, { flush })).toEqual(withoutIgnored);
}

describe('a parser reads what the Standard says', () => {
  it('for any text, in any chunking, lone surrogates included', () => {
    fc.assert(
      fc.property(brokenText, cuts, fc.boolean(), (input, at, flush) =>
        agrees(input, cutAt(input, at), flush),
      ),
      { numRuns },
    );
  });

  it('for long texts, which are looked at by their bytes where they are ASCII', () => {
    const long = text
      .filter((input) => input !== '')
      .map((input) => input.replace(/[^\0-\x7f]/g, 'x').repeat(Math.ceil(3000 / input.length)));
    fc.assert(
      fc.property(long, fc.array(fc.nat(), { maxLength: 2 }), fc.boolean(), (input, at, flush) =>
        agrees(input, cutAt(input, at), flush),
      ),
      { numRuns: Math.ceil(numRuns / 5) },
    );
  });

  it('for any bytes, valid or not, in any chunking', () => {
    fc.assert(
      fc.property(brokenBytes, cuts, fc.boolean(), (input, at, flush) =>
        agrees(input, cutAt(input, at), flush),
      ),
      { numRuns },
    );
  });

  it('for any bytes, one by one', () => {
    fc.assert(
      fc.property(brokenBytes, (input) =>
        agrees(
          input,
          [...input].map((byte) => Uint8Array.of(byte)),
          false,
        ),
      ),
      { numRuns },
    );
  });

  it('the same from text and from its bytes, in different chunkings, offsets included', () => {
    fc.assert(
      fc.property(text, cuts, cuts, (input, textCuts, byteCuts) => {
        const bytes = new TextEncoder().encode(input);
        const fromText = read(cutAt(input, textCuts), { ignored: true });
        expect(fromText).toEqual(read(cutAt(bytes, byteCuts), { ignored: true }));
      }),
      { numRuns },
    );
  });

  it('the same where text and bytes take turns', () => {
    fc.assert(
      fc.property(
        text,
        cuts,
        fc.array(fc.boolean(), { minLength: 32, maxLength: 32 }),
        (input, at, asBytes) => {
          // Cut between characters: half a character cannot be handed from one form to the other.
          const characters = [...input];
          const parts = cutAt(input.slice(0, 0).padEnd(characters.length), at);
          let taken = 0;
          const chunks = parts.map((part, i) => {
            const piece = characters.slice(taken, taken + part.length).join('');
            taken += part.length;
            return asBytes[i] ? new TextEncoder().encode(piece) : piece;
          });
          expect(read(chunks, { ignored: true })).toEqual(read([input], { ignored: true }));
        },
      ),
      { numRuns },
    );
  });
});

describe('maxEventSize', () => {
  /** The events, and whether the limit was met. */
  function read(chunks: Chunk[], maxEventSize: number, ignored: boolean): ReturnType<typeof limited> {
    const events: string[] = [];
    const parser = createParser(
      { onEvent: ({ data }) => events.push(data), onIgnored: ignored ? () => {} : undefined },
      { maxEventSize },
    );
    try {
      for (const chunk of chunks) parser.feed(chunk);
      return { events, refused: false };
    } catch (error) {
      expect(error).toMatchObject({ code: 'EVENT_TOO_LARGE' });
      return { events, refused: true };
    }
  }

  it('refuses what is larger than it says, after the same events in any chunking, as text and as bytes', () => {
    fc.assert(
      fc.property(text, cuts, fc.integer({ min: 1, max: 30 }), fc.boolean(), (input, at, max, ignored) => {
        const expected = limited(input, max);
        expect(read([input], max, ignored)).toEqual(expected);
        expect(read(cutAt(input, at), max, ignored)).toEqual(expected);
        expect(read(cutAt(new TextEncoder().encode(input), at), max, ignored)).toEqual(expected);
      }),
      { numRuns },
    );
  });

  it('is met at the same place of a long text, whichever part of it is read at once', () => {
    const long = text
      .filter((input) => input !== '')
      .map((input) => input.replace(/[^\0-\x7f]/g, 'x').repeat(Math.ceil(2000 / input.length)));
    fc.assert(
      fc.property(long, fc.integer({ min: 1, max: 2500 }), (input, max) => {
        const expected = limited(input, max);
        expect(read([input], max, false)).toEqual(expected);
        expect(read([new TextEncoder().encode(input)], max, false)).toEqual(expected);
      }),
      { numRuns: Math.ceil(numRuns / 10) },
    );
  });
});
