import { describe, expect, it, vi } from 'vitest';
import { type EventInput, encode, encodeAsync, isServerEvent, ServerEvent } from '../src/index';
import { refused } from './refused';

describe('encode', () => {
  it.each<[string, EventInput, string]>([
    ['a string is data', 'hello', 'data: hello\n\n'],
    ['nothing at all is a blank line', {}, '\n'],
    [
      'all fields, in order',
      { data: 'd', type: 't', id: 'i', retry: 1, comment: 'c' },
      ': c\nevent: t\nretry: 1\ndata: d\nid: i\n\n',
    ],
    ['zero survives as data', { data: '0' }, 'data: 0\n\n'],
    ['zero survives as id', { id: '0', data: 'x' }, 'data: x\nid: 0\n\n'],
    ['zero survives as retry', { retry: 0 }, 'retry: 0\n\n'],
    ['minus zero is zero', { retry: -0 }, 'retry: 0\n\n'],
    ['the largest retry', { retry: Number.MAX_SAFE_INTEGER }, 'retry: 9007199254740991\n\n'],
    ['an iterable is one event', { data: ['a', 'b', 'c'] }, 'data: a\ndata: b\ndata: c\n\n'],
    ['a set is an iterable', { data: new Set(['a', 'b']) }, 'data: a\ndata: b\n\n'],
    ['CR, LF and CRLF end lines', { data: 'a\rb\nc\r\nd' }, 'data: a\ndata: b\ndata: c\ndata: d\n\n'],
    ['LF CR are two line endings', { data: 'a\n\rb' }, 'data: a\ndata: \ndata: b\n\n'],
    ['a line ending at the end is kept', { data: 'a\n' }, 'data: a\ndata: \n\n'],
    [
      'line endings are joined within a piece only',
      { data: ['a\r', '\nb'] },
      'data: a\ndata: \ndata: \ndata: b\n\n',
    ],
    ['empty data is written', { data: '' }, 'data: \n\n'],
    ['one empty piece is empty data', { data: [''] }, 'data: \n\n'],
    ['no piece is absent data', { id: '1', data: [] }, 'id: 1\n\n'],
    ['an empty string is an empty event', '', 'data: \n\n'],
    ['an empty id is written', { id: '' }, 'id: \n\n'],
    ['an empty type is written', { type: '', data: 'x' }, 'event: \ndata: x\n\n'],
    ['an empty comment is written', { comment: '' }, ': \n\n'],
    ['a comment of several lines', { comment: 'a\r\nb\rc\nd' }, ': a\n: b\n: c\n: d\n\n'],
    [
      'undefined is absent',
      {
        data: undefined,
        type: undefined,
        id: undefined,
        retry: undefined,
        comment: undefined,
        event: undefined,
      },
      '\n',
    ],
    ['leading spaces are kept', { data: ' x', id: ' y' }, 'data:  x\nid:  y\n\n'],
    ['a colon is text', { data: 'a: b', type: ':' }, 'event: :\ndata: a: b\n\n'],
    ['replacement patterns are text', { data: "$&\n$'\n$$" }, "data: $&\ndata: $'\ndata: $$\n\n"],
    [
      'NUL and lone surrogates in type, data and comment',
      { type: '\0\ud800', data: '\0\udfff', comment: '\0\ud800' },
      ': \0\ud800\nevent: \0\ud800\ndata: \0\udfff\n\n',
    ],
    [
      'other line separators are text',
      { type: '\u2028\u0085\v\f', data: '\u2029' },
      'event: \u2028\u0085\v\f\ndata: \u2029\n\n',
    ],
    ['a surrogate pair in an id', { id: '😀' }, 'id: 😀\n\n'],
  ])('%s', (_, event, text) => {
    expect(encode(event)).toBe(text);
  });

  it('takes an object without a prototype, and one of a class with fields', () => {
    class Tick {
      get data() {
        return 'tick';
      }
    }
    expect(encode(Object.assign(Object.create(null), { data: 'x' }))).toBe('data: x\n\n');
    expect(encode(Object.create(null))).toBe('\n');
    expect(encode(new Tick())).toBe('data: tick\n\n');
  });

  it('ignores other properties beside a field, as of events that have been read', () => {
    const message = { type: 't', data: 'd', lastEventId: '1', id: undefined };
    expect(encode(message)).toBe('event: t\ndata: d\n\n');
  });

  it('reads a source once, and closes it when a piece is refused', () => {
    let closed = 0;
    function* source() {
      try {
        yield 'a';
        yield 1 as unknown as string;
      } finally {
        closed++;
      }
    }
    const error = refused(() => encode({ data: source() }));
    expect(error).toMatchObject({
      code: 'INVALID_DATA',
      field: 'data',
      message: 'data [1] must be a string, not 1',
    });
    expect(closed).toBe(1);
  });

  it('lets the error of a source through', () => {
    const failure = new Error('source');
    function* source() {
      yield 'a';
      throw failure;
    }
    expect(() => encode({ data: source() })).toThrow(failure);
  });

  it('does not open a source when another field is refused', () => {
    let opened = false;
    const data = {
      [Symbol.iterator](): Iterator<string> {
        opened = true;
        throw new Error('opened');
      },
    };
    refused(() => encode({ data, id: '\n' }));
    expect(opened).toBe(false);
  });
});

describe('what encode refuses', () => {
  async function* later() {
    yield 'x';
  }
  const data = (kind: string) =>
    `data must be a string or an iterable of strings, not ${kind}: use ServerEvent.json or encodeAsync`;
  const event = (kind: string) =>
    `event must be a string or an object with data, type, id, retry, comment, not ${kind}: for JSON use ServerEvent.json(value), for several lines { data: [...] }`;
  const line = (field: string, what: string, at: number) =>
    `${field} contains ${what} at index ${at}: escape it, or send it in data`;
  const retry = (kind: string) => `retry must be whole milliseconds, 0 or more, not ${kind}`;

  it.each<[string, unknown, string, string, string]>([
    ['LF in a type', { type: 'a\nb' }, 'INVALID_TYPE', 'type', line('type', '"\\n"', 1)],
    ['CR in a type', { type: 'abc\r' }, 'INVALID_TYPE', 'type', line('type', '"\\r"', 3)],
    ['null as a type', { type: null }, 'INVALID_TYPE', 'type', 'type must be a string, not Null'],
    ['a number as a type', { type: 5 }, 'INVALID_TYPE', 'type', 'type must be a string, not 5'],
    ['LF in an id', { id: '\n' }, 'INVALID_ID', 'id', line('id', '"\\n"', 0)],
    ['CR in an id', { id: 'x\r' }, 'INVALID_ID', 'id', line('id', '"\\r"', 1)],
    ['NUL in an id', { id: 'x\0' }, 'INVALID_ID', 'id', line('id', '"\\u0000"', 1)],
    ['a high surrogate in an id', { id: '😀\ud800' }, 'INVALID_ID', 'id', line('id', '"\\ud800"', 2)],
    ['a low surrogate in an id', { id: '\udfff' }, 'INVALID_ID', 'id', line('id', '"\\udfff"', 0)],
    ['a number as an id', { id: 7 }, 'INVALID_ID', 'id', 'id must be a string, not 7'],
    ['null as an id', { id: null }, 'INVALID_ID', 'id', 'id must be a string, not Null'],
    ['a negative retry', { retry: -1 }, 'INVALID_RETRY', 'retry', retry('-1')],
    ['a fraction as retry', { retry: 1.5 }, 'INVALID_RETRY', 'retry', retry('1.5')],
    ['NaN as retry', { retry: Number.NaN }, 'INVALID_RETRY', 'retry', retry('NaN')],
    ['Infinity as retry', { retry: Number.POSITIVE_INFINITY }, 'INVALID_RETRY', 'retry', retry('Infinity')],
    ['an unsafe integer as retry', { retry: 2 ** 53 }, 'INVALID_RETRY', 'retry', retry('9007199254740992')],
    ['digits as retry', { retry: '3000' }, 'INVALID_RETRY', 'retry', retry('String')],
    ['a bigint as retry', { retry: 3n }, 'INVALID_RETRY', 'retry', retry('BigInt')],
    ['null as retry', { retry: null }, 'INVALID_RETRY', 'retry', retry('Null')],
    [
      'null as a comment',
      { comment: null },
      'INVALID_COMMENT',
      'comment',
      'comment must be a string, not Null',
    ],
    [
      'lines as a comment',
      { comment: ['a'] },
      'INVALID_COMMENT',
      'comment',
      'comment must be a string, not Array',
    ],
    ['null as data', { data: null }, 'INVALID_DATA', 'data', data('Null')],
    ['a number as data', { data: 42 }, 'INVALID_DATA', 'data', data('42')],
    ['an object as data', { data: { a: 1 } }, 'INVALID_DATA', 'data', data('Object')],
    ['a promise as data', { data: Promise.resolve('x') }, 'INVALID_DATA', 'data', data('Promise')],
    ['bytes as data', { data: new Uint8Array([65]) }, 'INVALID_DATA', 'data', data('Uint8Array')],
    ['no bytes as data', { data: new Uint8Array() }, 'INVALID_DATA', 'data', data('Uint8Array')],
    ['an async iterable as data', { data: later() }, 'INVALID_DATA', 'data', data('AsyncGenerator')],
    ['a number in data', { data: ['a', 2] }, 'INVALID_DATA', 'data', 'data [1] must be a string, not 2'],
    [
      'a hole in data',
      { data: new Array(1) },
      'INVALID_DATA',
      'data',
      'data [0] must be a string, not Undefined',
    ],
    [
      'a map as data',
      { data: new Map([['a', 'b']]) },
      'INVALID_DATA',
      'data',
      'data [0] must be a string, not Array',
    ],
    [
      "the wire's name for a type",
      { event: 'x', data: 'y' },
      'UNKNOWN_FIELD',
      'event',
      'event must be absent: use type',
    ],
    ["null as the wire's name", { event: null }, 'UNKNOWN_FIELD', 'event', 'event must be absent: use type'],
    ['nothing', undefined, 'INVALID_EVENT', 'event', event('Undefined')],
    ['null', null, 'INVALID_EVENT', 'event', event('Null')],
    ['a number', 5, 'INVALID_EVENT', 'event', event('5')],
    ['an array', ['a', 'b'], 'INVALID_EVENT', 'event', event('Array')],
    ['an empty array', [], 'INVALID_EVENT', 'event', event('Array')],
    ['a function', () => 'x', 'INVALID_EVENT', 'event', event('Function')],
    ['a promise', Promise.resolve('x'), 'INVALID_EVENT', 'event', event('Promise')],
    ['bytes', new Uint8Array(3), 'INVALID_EVENT', 'event', event('Uint8Array')],
    ['a buffer', new ArrayBuffer(3), 'INVALID_EVENT', 'event', event('ArrayBuffer')],
    ['a map', new Map(), 'INVALID_EVENT', 'event', event('Map')],
    ['a set', new Set('ab'), 'INVALID_EVENT', 'event', event('Set')],
    ['a generator', later(), 'INVALID_EVENT', 'event', event('AsyncGenerator')],
    ['a date', new Date(), 'INVALID_EVENT', 'event', event('Date')],
    [
      'an object that would be dropped',
      { message: 'x', name: 'y' },
      'INVALID_EVENT',
      'event',
      event('one with message, name'),
    ],
  ])('%s', (_, input, code, field, message) => {
    const error = refused(() => encode(input as EventInput));
    expect({ name: error.name, code: error.code, field: error.field, message: error.message }).toEqual({
      name: 'ServerEventError',
      code,
      field,
      message,
    });
  });

  it('says at compile time that `event` is `type`', () => {
    // @ts-expect-error
    refused(() => encode({ event: 'x', data: 'y' }));
  });
});

describe('The defaults of encode and encodeAsync', () => {
  const all = async (pieces: AsyncIterable<string>) => {
    const list: string[] = [];
    for await (const piece of pieces) list.push(piece);
    return list;
  };
  const defaults = { retry: 5, id: '7' };

  it.each<[string, EventInput, string]>([
    ['a string', 'a', 'retry: 5\ndata: a\nid: 7\n\n'],
    ['an event without fields', {}, 'retry: 5\nid: 7\n\n'],
    [
      'an event with fields of its own',
      { id: '1', retry: 2, comment: 'id: x', data: 'a' },
      ': id: x\nretry: 2\ndata: a\nid: 1\n\n',
    ],
    ['a ServerEvent', new ServerEvent('a', { type: 't' }), 'event: t\nretry: 5\ndata: a\nid: 7\n\n'],
    ['an event with an empty id', { id: '', data: 'a' }, 'retry: 5\ndata: a\nid: \n\n'],
  ])('fill in the absent fields of %s, in their places', async (_name, event, text) => {
    expect(encode(event, defaults)).toBe(text);
    expect((await all(encodeAsync(event, defaults))).join('')).toBe(text);
  });

  it('are not the index that map passes', () => {
    expect([new ServerEvent('a'), 'b', { data: 'c' }].map(encode)).toEqual([
      'data: a\n\n',
      'data: b\n\n',
      'data: c\n\n',
    ]);
  });

  it('come with async data, the id behind its last piece', async () => {
    async function* data() {
      yield 'a';
      yield 'b';
    }
    expect(await all(encodeAsync({ data: data() }, defaults))).toEqual([
      'retry: 5\ndata: a\n',
      'data: b\n',
      'id: 7\n\n',
    ]);
  });

  it('are checked as the fields are, and make no event of what is none', () => {
    expect(() => encode('a', { id: 'a\nb' })).toThrow(expect.objectContaining({ code: 'INVALID_ID' }));
    expect(() => encode('a', { retry: -1 })).toThrow(expect.objectContaining({ code: 'INVALID_RETRY' }));
    for (const event of [{ hello: 1 }, [], 7]) {
      expect(() => encode(event as EventInput, defaults)).toThrow(
        expect.objectContaining({ code: 'INVALID_EVENT' }),
      );
    }
  });
});

describe('isServerEvent', () => {
  it('knows an event of another copy of this module, and nothing else', async () => {
    vi.resetModules();
    const other = await import('../src/index');
    const event = new other.ServerEvent('a');
    expect(event).not.toBeInstanceOf(ServerEvent);
    expect(isServerEvent(event)).toBe(true);
    expect(isServerEvent(new ServerEvent('a'))).toBe(true);
    for (const value of [null, undefined, 'a', 1, {}, { ...event }, Symbol('a')]) {
      expect(isServerEvent(value)).toBe(false);
    }
  });
});

describe('an event without a field', () => {
  it.each([[{ data: undefined }], [{ type: undefined, id: undefined }]])(
    'is a blank line where its only fields are undefined: %j',
    (event) => {
      expect(encode(event)).toBe('\n');
    },
  );
});

it('encode refuses a function as data, also one that can be iterated', () => {
  const data = Object.assign(() => {}, { [Symbol.iterator]: () => ['x'].values() });
  const error = refused(() => encode({ data: data as unknown as string }));
  expect(error).toMatchObject({ code: 'INVALID_DATA', field: 'data' });
});
