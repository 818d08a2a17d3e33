import { encode, type ServerEventInit } from '@eventwire/encoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventStreamBytes, eventStreamText, oracle, serverEventInit, trickyString } from '../src/index';
import { mutateText } from '../src/mutation';

const seed = 42;
const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number) => fc.sample(arbitrary, { seed, numRuns });

/** Which of the named kinds no sample is of. */
function missing<T>(samples: T[], kinds: Record<string, (sample: T) => boolean>): string[] {
  return Object.keys(kinds).filter((name) => !samples.some((each) => kinds[name]?.(each)));
}
const has = (part: string | RegExp) => (text: string) =>
  typeof part === 'string' ? text.includes(part) : part.test(text);

const KINDS_OF_TEXT = {
  'CR LF': has('\r\n'),
  'CR alone': has(/\r(?!\n)/),
  'LF alone': has(/(?<!\r)\n/),
  'LF CR': has('\n\r'),
  NUL: has('\0'),
  'byte order mark': has('\uFEFF'),
  'next line': has('\u0085'),
  'line separator': has('\u2028'),
  'high surrogate alone': has(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/),
  'low surrogate alone': has(/(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/),
  'character of 4 bytes': has(/[\u{10000}-\u{10FFFF}]/u),
  colon: has(':'),
  'space at the start': has(/^ /),
  'space at the end': has(/ $/),
  'line of a stream': has('event: forged'),
};

describe('trickyString', () => {
  it('makes every kind of trouble, and nothing at all', () => {
    const strings = sample(trickyString(), 2000);
    expect(missing(strings, { ...KINDS_OF_TEXT, empty: (text) => text === '' })).toEqual([]);
  });
});

describe('serverEventInit', () => {
  const inits = sample(serverEventInit(), 3000);

  it('makes only what the encoder accepts', () => {
    fc.assert(
      fc.property(serverEventInit(), (init) => encode(init).endsWith('\n')),
      { numRuns: 2000 },
    );
  });

  it.each(['data', 'type', 'id', 'retry', 'comment'] as const)(
    'has %s present, undefined and absent',
    (field) => {
      expect(
        missing(inits, {
          present: (init) => init[field] !== undefined,
          undefined: (init) => field in init && init[field] === undefined,
          absent: (init) => !(field in init),
        }),
      ).toEqual([]);
    },
  );

  it('has data of every shape', () => {
    const sized = (size: number) => (init: ServerEventInit) =>
      Array.isArray(init.data) && init.data.length === size;
    const shapes = { string: (init: ServerEventInit) => typeof init.data === 'string' };
    expect(missing(inits, { ...shapes, none: sized(0), one: sized(1), more: sized(3) })).toEqual([]);
  });

  it('has every kind of trouble in data, comment, type and id, but what those may not have', () => {
    const texts = (field: 'data' | 'comment' | 'type' | 'id') =>
      inits.flatMap((init) => (typeof init[field] === 'string' ? [init[field]] : []));
    const endings = ['CR LF', 'CR alone', 'LF alone', 'LF CR'];
    const inId = [...endings, 'NUL', 'high surrogate alone', 'low surrogate alone'];
    expect(missing(texts('data'), KINDS_OF_TEXT)).toEqual([]);
    expect(missing(texts('comment'), KINDS_OF_TEXT)).toEqual([]);
    expect(missing(texts('type'), KINDS_OF_TEXT)).toEqual(endings);
    expect(missing(texts('id'), KINDS_OF_TEXT).sort()).toEqual(inId.sort());
    expect(missing(texts('id'), { empty: (text) => text === '' })).toEqual([]);
  });

  it('has the edges of retry', () => {
    const retries = inits.map((init) => init.retry);
    expect(retries).toContain(0);
    expect(retries).toContain(Number.MAX_SAFE_INTEGER);
  });

  it('shrinks to the one field that matters', () => {
    const { counterexample } = fc.check(
      fc.property(serverEventInit(), ({ comment }) => comment === undefined || !comment.includes('\u2028')),
      { seed, numRuns: 2000 },
    );
    expect(counterexample).toEqual([{ comment: '\u2028' }]);
  });
});

const KINDS_OF_STREAM = {
  ...KINDS_OF_TEXT,
  'space at the end': has(/ [\r\n]/),
  'no stream': (text: string) => text === '',
  'byte order mark at the start': has(/^\uFEFF(?!\uFEFF)/),
  'two byte order marks': has(/^\uFEFF\uFEFF/),
  'blank line': has(/\n\n|\r\r|\r\n\r\n/),
  'only CR LF': has(/^(?=.*\r\n.*\r\n)(?:[^\r\n]|\r\n)*$/s),
  'only CR': has(/^(?=.*\r.*\r)[^\n]*$/s),
  'only LF, in a stream of some length': has(/^(?=(?:[^\n]*\n){12})[^\r]*$/s),
  'mixed endings': has(/^(?=.*\r\n)(?=.*\r(?!\n))(?=.*(?<!\r)\n)/s),
  'data without colon': has(/(?:^|[\r\n])data[\r\n]/),
  'id without value': has(/(?:^|[\r\n])id:?[\r\n]/),
  'id with NUL': has(/(?:^|[\r\n])id:[^\r\n]*\0/),
  'field in the wrong case': has(/(?:^|[\r\n])DATA:/),
  'field with a space before it': has(/(?:^|[\r\n]) data/),
  'field with a space after it': has(/(?:^|[\r\n])data ?:/),
  'unknown field': has(/(?:^|[\r\n])unknown:/),
  'field that every object has': has(/(?:^|[\r\n])__proto__:/),
  'colon without a space': has(/(?:^|[\r\n])event:[^ :\t\r\n]/),
  comment: has(/(?:^|[\r\n]):/),
  'retry beyond all bounds': has(/(?:^|[\r\n])retry: ?1{400}/),
  'retry of 0': has(/(?:^|[\r\n])retry: ?0[\r\n]/),
  'retry with other digits': has(/(?:^|[\r\n])retry: ?５/),
  'retry with a sign': has(/(?:^|[\r\n])retry: ?\+/),
  'long line': has(/[^\r\n]{300}/),
  'unfinished line': has(/[^\r\n]$/),
};

const KINDS_OF_READING = {
  'no event': (text: string) => oracle(text).events.length === 0,
  'one event': (text: string) => oracle(text).events.length === 1,
  'several events': (text: string) => oracle(text).events.length > 2,
  'event with a type': (text: string) => oracle(text).events.some((event) => event.type !== 'message'),
  'event with its id': (text: string) => oracle(text).events.some((event) => event.id),
  'event with the id of another': (text: string) =>
    oracle(text).events.some((event) => event.lastEventId && event.id === undefined),
  'id that is reset': (text: string) =>
    oracle(text).ids.some((id, index, ids) => id === '' && ids[index - 1]),
  'block with an id and no data': (text: string) => oracle(text).ids.length > oracle(text).events.length,
  'data of several lines': (text: string) => oracle(text).events.some((event) => event.data.includes('\n')),
  'empty data': (text: string) => oracle(text).events.some((event) => event.data === ''),
  'block that is discarded': (text: string) =>
    oracle(text, { flush: true }).events.length > oracle(text).events.length,
};

describe('eventStreamText', () => {
  const streams = sample(eventStreamText(), 6000);

  it('makes streams of every kind', () => {
    expect(missing(streams, KINDS_OF_STREAM)).toEqual([]);
  });

  it('is changed at a place that counts round again', () => {
    const change = { remove: 1, insert: 'x' };
    for (const [at, changed] of [
      [0, 'xbc'],
      [3, 'abcx'],
      [4, 'xbc'],
      [6, 'abx'],
    ] as const)
      expect(mutateText('abc', [{ ...change, at }])).toBe(changed);
  });

  it('makes streams that read in every way, most with an event', () => {
    expect(missing(streams, KINDS_OF_READING)).toEqual([]);
    expect(streams.filter((text) => oracle(text).events.length > 0).length).toBeGreaterThan(
      streams.length / 2,
    );
  });

  it('shrinks to the shortest stream that shows a difference', () => {
    // As one who takes NEL for a line ending would have it.
    const { counterexample } = fc.check(
      fc.property(eventStreamText(), (text) => {
        expect(oracle(text.replaceAll('\u0085', '\n')).events).toEqual(oracle(text).events);
      }),
      { seed, numRuns: 5000 },
    );
    expect(counterexample?.[0].length).toBeLessThan(20);
  });
});

describe('eventStreamBytes', () => {
  const streams = sample(eventStreamBytes(), 6000);
  const binary = streams.map((bytes) => Buffer.from(bytes).toString('latin1'));

  it('makes bytes that are no UTF-8, in every way', () => {
    expect(
      missing(binary, {
        empty: (bytes) => bytes === '',
        'byte order mark': has(/^\xEF\xBB\xBF(?!\xEF\xBB\xBF)/),
        'two byte order marks': has(/^\xEF\xBB\xBF\xEF\xBB\xBF/),
        'cut byte order mark': has(/^\xEF\xBB(?!\xBF)/),
        'byte order mark of UTF-16': has(/^\xFE\xFF/),
        'overlong NUL': has('\xC0\x80'),
        'overlong LF': has('\xC0\x8A'),
        surrogate: has('\xED\xA0'),
        'beyond U+10FFFF': has('\xF4\x90\x80\x80'),
        'never in UTF-8': has('\xFF'),
        'character cut by a line ending': has(/[\xC3\xE6]\n/),
        'character cut by the end': has(/\xF0\x9F\x98$/),
        'continuation alone': has(/[\n -~][\x80-\xBF]/),
        'UTF-8 throughout': (bytes) =>
          Buffer.from(Buffer.from(bytes, 'latin1').toString()).toString('latin1') === bytes,
        'U+FFFD in data': (bytes) =>
          oracle(Buffer.from(bytes, 'latin1')).events.some((event) => event.data.includes('\uFFFD')),
      }),
    ).toEqual([]);
  });

  it('makes streams that end within a character, whatever its length', () => {
    const ends = new Set(sample(eventStreamBytes(), 3000).map((bytes) => [...bytes.slice(-3)].join()));
    for (const end of ['195', '230,188', '240,159,152'])
      expect([...ends].some((last) => last === end || last.endsWith(`,${end}`))).toBe(true);
  });

  it('makes what eventStreamText makes', () => {
    const texts = streams.map((bytes) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
    const { 'high surrogate alone': _, 'low surrogate alone': __, ...kinds } = KINDS_OF_STREAM;
    expect(missing(texts, kinds)).toEqual([]);
    expect(missing(texts, KINDS_OF_READING)).toEqual([]);
  });

  it('shrinks to few bytes', () => {
    // As one who cannot tell invalid UTF-8 would have it.
    const { counterexample } = fc.check(
      fc.property(
        eventStreamBytes(),
        (bytes) => !oracle(bytes).events.some((event) => event.data.includes('\uFFFD')),
      ),
      { seed, numRuns: 2000 },
    );
    expect(counterexample?.[0].length).toBeLessThan(16);
  });
});
