import { encode } from '@eventwire/encoder';
import fc from 'fast-check';
import { mutateText, mutations } from './mutation';
import { serverEventInit } from './server-event-init';
import { trickyString, trickyUnit } from './tricky-string';

const ENDINGS = ['\n', '\r\n', '\r', '\n\r'];

const fieldName = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('data', 'data', 'data', 'id', 'event') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...['Data', 'DATA', 'ID', 'Event', 'Retry', ' data', 'data ', '\tdata', '\uFEFFdata', '\0data'],
      ...['dat', 'datax', 'type', 'lastEventId', 'unknown', '__proto__', 'd\u0430ta'],
    ),
  },
);

const separator = fc.constantFrom(':', ': ', ':  ', ' : ', '::', ':\t');

const fieldValue = fc.oneof(
  { weight: 4, arbitrary: trickyString() },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 12 }) },
  // Longer than what a buffer starts with.
  { weight: 1, arbitrary: fc.tuple(trickyUnit, fc.integer({ min: 1, max: 400 })).map(repeated) },
);

const retryValue = fc.oneof(
  fc.nat().map(String),
  fc.constantFrom(
    ...['', '0', '007', '9007199254740991', '9007199254740993', '1'.repeat(400)],
    ...['-1', '+1', '1.5', '1e3', '0x10', '1 ', ' 1', '1_000', '١٢', '５', 'Infinity', '1\0'],
  ),
);

const line = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  { weight: 10, arbitrary: fc.tuple(fieldName, separator, fieldValue).map((parts) => parts.join('')) },
  { weight: 2, arbitrary: fieldName },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('retry:', 'retry: '), retryValue).map(joined) },
  { weight: 2, arbitrary: fieldValue.map((value) => `:${value}`) },
  { weight: 1, arbitrary: fieldValue },
);

const part = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(line, fc.constantFrom(...ENDINGS)).map(joined) },
  { weight: 2, arbitrary: serverEventInit().map(encode) },
);

/**
 * A stream in parts: lines and blocks, each of which is changed for itself, so that a failure can shrink by
 * leaving out parts without moving the changes of the others.
 */
export function eventStreamParts(): fc.Arbitrary<string[]> {
  const changed = fc
    .tuple(part, mutations(trickyString({ maxLength: 3 })))
    .map(([text, changes]) => mutateText(text, changes));
  return fc
    .record({
      start: fc.constantFrom('', '', '', '\uFEFF', '\uFEFF\uFEFF'),
      parts: fc.array(changed, { maxLength: 24 }),
      end: fc.constantFrom('', '\n', '\n', '\n', '\r', '\r\n\r', 'data: unfinished'),
      ending: fc.option(fc.constantFrom('\n', '\r\n', '\r'), { freq: 2 }),
    })
    .map(({ start, parts, end, ending }) => {
      const all = [start, ...parts, end];
      return ending === null ? all : all.map((text) => text.replace(/\r\n|\n|\r/g, ending));
    });
}

/**
 * Any event stream, as text: lines of known, unknown and almost known fields, comments, blank lines, written
 * events, in mixed line endings or in one kind throughout, with byte order marks, pieces cut out and strange
 * ones put in. Most streams dispatch an event; the last block is often unfinished.
 */
export function eventStreamText(): fc.Arbitrary<string> {
  return eventStreamParts().map(joined);
}

function joined(pieces: string[]): string {
  return pieces.join('');
}

function repeated([unit, times]: [string, number]): string {
  return unit.repeat(times);
}
