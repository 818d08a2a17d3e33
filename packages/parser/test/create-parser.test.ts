import { createParser, EventStreamError, type IgnoredLine, type ParserHandlers } from '@eventwire/parser';
import { describe, expect, it } from 'vitest';
import { read } from './reading';

const utf8 = (text: string) => new TextEncoder().encode(text);
const bytes = (...values: number[]) => Uint8Array.from(values);

/** A parser and, in order, all that it called. */
function recorded(options?: Parameters<typeof createParser>[1]) {
  const calls: unknown[] = [];
  const parser = createParser(
    {
      onEvent: (event) => calls.push(event.data),
      onComment: (text) => calls.push(`: ${text}`),
      onRetry: (ms) => calls.push(ms),
      onLastEventId: (id) => calls.push({ id }),
    },
    options,
  );
  return { parser, calls };
}

function errorOf(action: () => void): EventStreamError {
  try {
    action();
  } catch (error) {
    if (error instanceof EventStreamError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

function refusalOf(action: () => void): TypeError & { code: string } {
  try {
    action();
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) return error as TypeError & { code: string };
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('the order of calls', () => {
  it('is that of the lines, with the id before its event', () => {
    const { parser, calls } = recorded();
    parser.feed('data: a\n: c\nid: 1\nretry: 5\n\nid: 2\n\n');
    expect(calls).toEqual([': c', 5, { id: '1' }, 'a', { id: '2' }]);
  });

  it('does not wait: a comment and a retry come at their line, an event at its blank line', () => {
    const { parser, calls } = recorded();
    parser.feed('retry: 5\n');
    expect(calls).toEqual([5]);
    parser.feed(':\ndata: x\r\n');
    expect(calls).toEqual([5, ': ']);
    parser.feed('\r');
    expect(calls).toEqual([5, ': ', 'x']);
    parser.feed('\n');
    expect(calls).toEqual([5, ': ', 'x']);
  });

  it('has lastEventId up to date inside the handlers, and not before the blank line', () => {
    const seen: string[] = [];
    const parser = createParser({
      onEvent: () => seen.push(parser.lastEventId),
      onLastEventId: () => seen.push(parser.lastEventId),
    });
    parser.feed('id: 1\ndata: x\n');
    expect(parser.lastEventId).toBe('');
    parser.feed('\n');
    expect(seen).toEqual(['1', '1']);
  });
});

describe('many data lines', () => {
  it.each([1023, 1024, 1025, 2048, 2049])('are joined by LF alone where they are %i', (count) => {
    const lines = Array.from({ length: count }, (_, i) => String(i));
    expect(read([`data:${lines.join('\ndata:')}\n\n`]).events[0]?.data).toBe(lines.join('\n'));
  });
});

describe("an event's own id", () => {
  it('is undefined where the block has none, and empty where it resets', () => {
    const ids = read(['id: 1\ndata\n\ndata\n\nid\ndata\n\nid: \0\ndata\n\n']).events.map(({ id }) => id);
    expect(ids).toEqual(['1', undefined, '', undefined]);
  });

  it('is reported once per block, also where it does not change', () => {
    expect(read(['id: 1\nid: 2\n\nid: 2\n\n\ndata\n\n']).ids).toEqual(['2', '2']);
  });
});

describe('the lastEventId option', () => {
  it('is what events have until the stream says another', () => {
    const { events } = read(['data\n\nid: 2\ndata\n\n'], { lastEventId: '1' });
    expect(events.map(({ lastEventId, id }) => [lastEventId, id])).toEqual([
      ['1', undefined],
      ['2', '2'],
    ]);
  });
});

describe('chunks', () => {
  it('may be empty, anywhere', () => {
    const chunks = [
      '',
      bytes(),
      '\uFEFF',
      '',
      'data: x\r',
      '',
      bytes(),
      '\n',
      bytes(),
      '\r',
      '',
      '\ndata: y\n\n',
    ];
    expect(read(chunks).events.map(({ data }) => data)).toEqual(['x', 'y']);
  });

  it('may cut the byte order mark, with empty chunks between', () => {
    const chunks = [bytes(), bytes(0xef), bytes(), '', bytes(0xbb), bytes(0xbf), utf8('data: x\n\n')];
    expect(read(chunks).events).toHaveLength(1);
  });

  it('have one byte order mark together, whichever form it comes in', () => {
    expect(read(['\uFEFF', utf8('\uFEFFdata: x\n\n')]).events).toEqual([]);
    expect(read([bytes(0xef, 0xbb, 0xbf), 'data: x\n\n']).events).toHaveLength(1);
  });

  it('join the halves of a surrogate pair', () => {
    expect(read(['data: \ud83d', '', '\ude00\n\n']).events[0]?.data).toBe('😀');
  });

  it('turn an incomplete character into U+FFFD when text comes, and not before', () => {
    expect(read([utf8('data: '), bytes(0xe2, 0x82), '', 'x\n\n']).events[0]?.data).toBe('\uFFFDx');
    expect(read([utf8('data: '), bytes(0xe2, 0x82), '', bytes(0xac), '\n\n']).events[0]?.data).toBe('€');
    expect(read(['data: ', bytes(0xef, 0xbb), '\n\n']).events[0]?.data).toBe('\uFFFD');
  });

  it('are not misread where a broken character of one makes the next as long in characters as in bytes', () => {
    const long = 'x'.repeat(70);
    const chunks = [bytes(...utf8(`data: ${long}`), 0xe2, 0x82), utf8(`\n\ndata: b${long}\n\n: é`)];
    expect(read(chunks).events.map(({ data }) => data)).toEqual([`${long}\uFFFD`, `b${long}`]);
  });

  it('read the same where a handler feeds another parser with a long text meanwhile', () => {
    const outer = 'event: a\ndata: outer\n\n'.repeat(100);
    const inner = 'id: 1\nevent: b\ndata: inner, which is longer\n\n'.repeat(100);
    const [seen, nested] = [new Set<string>(), new Set<string>()];
    const parser = createParser({
      onEvent({ type, data }) {
        seen.add(`${type} ${data}`);
        createParser({ onEvent: (event) => nested.add(`${event.type} ${event.data}`) }).feed(inner);
      },
    });
    parser.feed(outer);
    expect([...seen, ...nested]).toEqual(['a outer', 'b inner, which is longer']);
  });

  it('read the same whatever their length, also after one that is not ASCII', () => {
    const block = 'id: 1\nevent: type\n: comment\ndata: x\n\n';
    for (const length of [1023, 1024, 65_536, 65_537, 200_000]) {
      for (const before of ['', ': é\n'.repeat(500)]) {
        const count = Math.ceil(length / block.length);
        const { events } = read([before, block.repeat(count).slice(0, length), '\n\n\n']);
        expect(events.length).toBeGreaterThanOrEqual(count - 1);
        expect(new Set(events.slice(0, -1).map((event) => JSON.stringify(event)))).toEqual(
          new Set(['{"type":"type","data":"x","lastEventId":"1","id":"1"}']),
        );
      }
    }
  });

  it.each([1024, 1500, 65_535, 65_536, 65_537, 100_000])(
    'of %i characters, none of them ASCII, read as they are',
    (length) => {
      const data = 'é'.repeat(length - 8);
      // Only one of 65 such texts is looked at closely: so each of these follows as many that are not.
      for (let i = 0; i < 66; i++) {
        const { parser, calls } = recorded();
        parser.feed(`data: ${data}\n\n`);
        expect(calls.length === 1 && calls[0] === data).toBe(true);
      }
    },
  );

  it('may be written over once feed has returned', () => {
    const { parser, calls } = recorded();
    const buffer = new Uint8Array(2);
    for (const byte of utf8('data: x€😀\n\n')) {
      buffer[1] = byte;
      parser.feed(buffer.subarray(1));
      buffer.fill(0x0a);
    }
    expect(calls).toEqual(['x€😀']);
  });

  it('may be views into a larger buffer', () => {
    const all = utf8('xxdata: a\n\nyy');
    expect(read([all.subarray(2, all.length - 2)]).events[0]?.data).toBe('a');
  });

  it.each([
    [42],
    [undefined],
    [null],
    [{}],
    [[0x0a]],
    [new ArrayBuffer(1)],
    [new DataView(new ArrayBuffer(1))],
  ])('are refused where they are %s', (chunk) => {
    const { parser, calls } = recorded();
    parser.feed('data: x\n');
    const error = errorOf(() => parser.feed(chunk as unknown as string));
    expect(error.code).toBe('INVALID_CHUNK');
    expect(error.message).toMatch(/string or a Uint8Array/);
    parser.feed('\n');
    expect(calls).toEqual(['x']);
  });
});

describe('end', () => {
  it('discards, and refuses what follows until reset', () => {
    const { parser, calls } = recorded();
    parser.feed('data: x\n');
    parser.end();
    expect(errorOf(() => parser.feed('\n')).code).toBe('ENDED');
    parser.end({ flush: true });
    parser.reset();
    parser.feed('\ndata: y\n\n');
    expect(calls).toEqual(['y']);
  });

  it('tells nothing of a stream that was refused, or has ended', () => {
    for (const before of ['id: 5\n', '']) {
      const { parser, calls } = recorded({ maxEventSize: 10 });
      parser.feed(before);
      expect(() => parser.feed('data: far too much for it')).toThrow();
      parser.end({ flush: true });
      expect([calls, parser.lastEventId]).toEqual([[], '']);
    }
    const { parser, calls } = recorded();
    parser.feed('id: 5');
    parser.end();
    parser.end({ flush: true });
    expect([calls, parser.lastEventId]).toEqual([[], '']);
  });

  it('dispatches with flush, also within a line', () => {
    expect(read(['data: x\ndata: y'], { flush: true }).events[0]?.data).toBe('x\ny');
  });
});

describe('reset', () => {
  it('makes ready for a new stream, and keeps the last event ID that a finished block set', () => {
    const { parser, calls } = recorded();
    parser.feed('id: 1\n\nid: 2\nevent: e\ndata: a\r');
    parser.feed(bytes(0xe2));
    parser.reset();
    expect(parser.lastEventId).toBe('1');
    // Not the LF of the old stream's CR; and a byte order mark again.
    parser.feed('\uFEFF\ndata: b\n\n');
    expect(calls).toEqual([{ id: '1' }, 'b']);
  });

  it('starts lines and offsets anew', () => {
    const ignored: IgnoredLine[] = [];
    const parser = createParser({ onIgnored: (line) => ignored.push(line) });
    parser.feed('\n\nx\n');
    parser.reset();
    parser.feed('\nx\n');
    expect(ignored.map(({ lineNumber, offset }) => [lineNumber, offset])).toEqual([
      [3, 2],
      [2, 1],
    ]);
  });

  it.each<[keyof ParserHandlers, unknown[]]>([
    ['onComment', ['onComment']],
    ['onRetry', ['onComment', 'onRetry']],
    ['onIgnored', ['onComment', 'onRetry', 'onIgnored']],
    ['onLastEventId', ['onComment', 'onRetry', 'onIgnored', 'onLastEventId']],
    ['onEvent', ['onComment', 'onRetry', 'onIgnored', 'onLastEventId', 'onEvent']],
  ])('inside %s drops the rest of the chunk and takes effect at once', (name, expected) => {
    const calls: string[] = [];
    const call = (called: string) => () => {
      calls.push(called);
      if (called === name && calls.length <= expected.length) parser.reset();
    };
    const parser = createParser({
      onComment: call('onComment'),
      onRetry: call('onRetry'),
      onIgnored: call('onIgnored'),
      onLastEventId: call('onLastEventId'),
      onEvent: call('onEvent'),
    });
    parser.feed(': c\nretry: 1\nx\nid: 1\ndata: a\n\n: after\ndata: b\n\ndata: c');
    expect(calls).toEqual(expected);
    parser.feed('\n\n: new\n');
    expect(calls).toEqual([...expected, 'onComment']);
  });

  it('inside a handler drops the rest of the chunk also where nobody asks for line numbers', () => {
    const data: string[] = [];
    const parser = createParser({
      onEvent(event) {
        data.push(event.data);
        parser.reset();
      },
    });
    parser.feed('data: a\n\ndata: b\n\ndata: c');
    parser.feed('\n\ndata: d\n\n');
    expect(data).toEqual(['a', 'd']);
  });

  it('inside a handler of end leaves the parser open', () => {
    const data: string[] = [];
    const parser = createParser({
      onComment: () => parser.reset(),
      onEvent: (event) => data.push(event.data),
    });
    parser.feed('data: a\n: c');
    parser.end({ flush: true });
    parser.feed('data: b\n\n');
    expect(data).toEqual(['b']);
  });
});

describe('feed and end inside a handler', () => {
  it.each(['feed', 'end'] as const)('%s is refused, and the rest is read', (method) => {
    const errors: unknown[] = [];
    const data: string[] = [];
    const parser = createParser({
      onEvent(event) {
        data.push(event.data);
        try {
          if (method === 'feed') parser.feed('data: nested\n\n');
          else parser.end();
        } catch (error) {
          errors.push(error);
        }
      },
    });
    parser.feed('data: a\n\ndata: b\n\n');
    expect(data).toEqual(['a', 'b']);
    expect(errors).toMatchObject([{ code: 'REENTRANT' }, { code: 'REENTRANT' }]);
  });

  it('is refused after a reset too, and allowed once feed has returned', () => {
    const parser = createParser({
      onComment() {
        parser.reset();
        parser.feed('data: nested\n\n');
      },
    });
    expect(errorOf(() => parser.feed(':\n')).code).toBe('REENTRANT');
    parser.feed('data: x\n\n');
  });
});

describe('a handler that throws', () => {
  it('does not keep the rest of the chunk from being read; the first error comes out', () => {
    const data: string[] = [];
    const parser = createParser({
      onEvent(event) {
        data.push(event.data);
        throw new Error(event.data);
      },
      onComment() {
        throw new Error('comment');
      },
    });
    const thrown = (action: () => void): unknown => {
      try {
        action();
      } catch (error) {
        return error;
      }
      return 'nothing was thrown';
    };
    expect(thrown(() => parser.feed('data: a\n\n: c\ndata: b\n\ndata: c\n'))).toEqual(new Error('a'));
    expect(thrown(() => parser.feed('\n'))).toEqual(new Error('c'));
    parser.feed('data: d');
    expect(thrown(() => parser.end({ flush: true }))).toEqual(new Error('d'));
    expect(data).toEqual(['a', 'b', 'c', 'd']);
  });

  it('may throw undefined', () => {
    const parser = createParser({
      onEvent() {
        throw undefined;
      },
    });
    let thrown = false;
    try {
      parser.feed('data\n\n');
    } catch (error) {
      thrown = error === undefined;
    }
    expect(thrown).toBe(true);
    parser.feed('data: x\n');
  });
});

describe('maxEventSize', () => {
  const tooLarge = { code: 'EVENT_TOO_LARGE' };

  it('counts data, its line feeds, and the line', () => {
    // "data: abc" has 9 characters; "abc\n" and "data: def" have 13.
    const { parser, calls } = recorded({ maxEventSize: 13 });
    parser.feed('data: abc\ndata: def\n\n');
    expect(calls).toEqual(['abc\ndef']);
    expect(errorOf(() => parser.feed('data: abc\ndata: defg\n\n'))).toMatchObject(tooLarge);
    expect(calls).toEqual(['abc\ndef']);
  });

  it('counts characters, not bytes', () => {
    const { parser, calls } = recorded({ maxEventSize: 12 });
    for (const byte of utf8('data: €€€€€€\n\n')) parser.feed(bytes(byte));
    expect(calls).toEqual(['€€€€€€']);
    expect(errorOf(() => parser.feed(utf8('data: €€€€€€€')))).toMatchObject(tooLarge);
  });

  it('counts the type and the id of the block too, and of each only what it is now', () => {
    // "data: c" has 7 characters; "a\n", "b\n", the id and a type of 7 have 13.
    const block = (type: string) => `data: a\nevent: x\nevent: ${type}\ndata: b\nid: 12\ndata: c\n\n`;
    const { parser, calls } = recorded({ maxEventSize: 20 });
    parser.feed(block('1234567'));
    expect(calls).toEqual([{ id: '12' }, 'a\nb\nc']);
    expect(errorOf(() => parser.feed(block('12345678')))).toMatchObject(tooLarge);
  });

  it('is met by the chunk that completes a character, not by the next line ending', () => {
    const { parser } = recorded({ maxEventSize: 7 });
    parser.feed(utf8('data: '));
    parser.feed(bytes(0xf0, 0x9f, 0x98));
    expect(errorOf(() => parser.feed(bytes(0x80)))).toMatchObject(tooLarge);
  });

  it.each([
    ['a line that never ends', 'x'],
    ['a comment', ': '],
    ['an id', 'id: '],
    ['a type', 'event: '],
    ['many empty data lines', 'data\n'],
    ['many data lines', 'data: 0123456789\n'],
  ])('bounds %s', (_, piece) => {
    const { parser } = recorded({ maxEventSize: 1000 });
    const feed = () => {
      for (let i = 0; i < 2000; i++) parser.feed(i === 0 ? piece : piece.endsWith('\n') ? piece : 'x');
    };
    expect(errorOf(feed)).toMatchObject(tooLarge);
  });

  it('does not count what other events had, nor blocks without data', () => {
    const { parser, calls } = recorded({ maxEventSize: 10 });
    for (let i = 0; i < 100; i++) parser.feed('data: 1234\n\nevent: e\nid: 1\n\n: 12345678\nx\n');
    expect(calls.filter((call) => call === '1234')).toHaveLength(100);
  });

  it('delivers the events before, then throws the same error until reset', () => {
    const { parser, calls } = recorded({ maxEventSize: 10 });
    const error = errorOf(() => parser.feed('id: 7\ndata: a\n\ndata: too large\n\ndata: b\n\n'));
    expect(error).toMatchObject(tooLarge);
    expect(error.message).toMatch(/maxEventSize \(10\)/);
    expect(calls).toEqual([{ id: '7' }, 'a']);
    expect(errorOf(() => parser.feed('\n'))).toBe(error);
    parser.end({ flush: true });
    expect(errorOf(() => parser.feed('\n'))).toBe(error);
    parser.reset();
    expect(parser.lastEventId).toBe('7');
    parser.feed('data: c\n\n');
    expect(calls).toEqual([{ id: '7' }, 'a', 'c']);
  });

  it('is met at the end by the U+FFFD of a cut character', () => {
    const { parser } = recorded({ maxEventSize: 7 });
    parser.feed(bytes(...utf8('data: x'), 0xe2, 0x82));
    expect(errorOf(() => parser.end({ flush: true }))).toMatchObject(tooLarge);
  });

  it('is 16 MiB of characters by default, and may be Infinity', () => {
    const line = 'x'.repeat(16 * 1024 * 1024);
    const { parser } = recorded();
    parser.feed(line);
    expect(errorOf(() => parser.feed('x'))).toMatchObject(tooLarge);
    const { parser: unlimited, calls } = recorded({ maxEventSize: Infinity });
    unlimited.feed(`data:${line}`);
    unlimited.feed('x\n\n');
    expect(calls).toEqual([`${line}x`]);
  });
});

describe('options and handlers', () => {
  it.each([0, -1, 1.5, Number.NaN, -Infinity, 2 ** 53, '1', null, true])(
    'maxEventSize %s is refused',
    (value) => {
      const error = refusalOf(() => createParser({}, { maxEventSize: value as number }));
      expect(error.code).toBe('INVALID_OPTION');
      expect(error.message).toMatch(
        /^Invalid option `maxEventSize`: expected a whole number of at least 1 or Infinity/,
      );
    },
  );

  it('name what is wrong', () => {
    const wrong: [string, () => void][] = [
      ['lastEventId', () => createParser({}, { lastEventId: 1 as unknown as string })],
      ['options', () => createParser({}, null as unknown as undefined)],
      ['handlers', () => createParser((() => {}) as ParserHandlers)],
      ['handlers', () => createParser(undefined as unknown as ParserHandlers)],
      ['onEvent', () => createParser({ onEvent: 'x' as unknown as () => void })],
      ['flush', () => createParser({}).end({ flush: 1 as unknown as boolean })],
    ];
    for (const [name, call] of wrong) {
      expect(refusalOf(call)).toMatchObject({
        code: 'INVALID_OPTION',
        option: name,
        message: expect.stringMatching(`^Invalid option .${name}.: expected .+, got .+`),
      });
    }
  });

  it.each([
    ['x', "'x'"],
    [{}, 'an object'],
    [null, 'null'],
    [5, '5'],
  ])('show the value %o as %s', (value, shown) => {
    expect(refusalOf(() => createParser({ onEvent: value as never })).message).toBe(
      `Invalid option \`onEvent\`: expected a function, got ${shown}`,
    );
  });

  it('may be undefined, which is absent', () => {
    const parser = createParser(
      {
        onEvent: undefined,
        onComment: undefined,
        onRetry: undefined,
        onLastEventId: undefined,
        onIgnored: undefined,
      },
      { maxEventSize: undefined, lastEventId: undefined },
    );
    parser.feed(': c\nretry: 1\nx\nid: 1\ndata: a\n\n');
    parser.end({ flush: undefined });
    expect(parser.lastEventId).toBe('1');
  });

  it('keep their this, and the methods need none', () => {
    class Log implements ParserHandlers {
      readonly data: string[] = [];
      onEvent(event: { data: string }) {
        this.data.push(event.data);
      }
    }
    const log = new Log();
    const { feed, end } = createParser(log);
    feed('data: x\n\n');
    end();
    expect(log.data).toEqual(['x']);
  });
});

it('An error of a stream has its name and code', () => {
  const error = errorOf(() => createParser({}).feed(5 as never));
  expect(error).toMatchObject({ name: 'EventStreamError', code: 'INVALID_CHUNK' });
});

describe('onIgnored', () => {
  it('says why, which line, and where', () => {
    const stream = '\uFEFFdäta: x\r\nid: a\0\rretry: -1\n: é😀\nevent: e\n\nData\ndata: y\nda';
    expect(read([stream], { ignored: true }).ignored).toEqual([
      { reason: 'unknown-field', line: 'däta: x', lineNumber: 1, offset: 3 },
      { reason: 'nul-in-id', line: 'id: a\0', lineNumber: 2, offset: 13 },
      { reason: 'bad-retry', line: 'retry: -1', lineNumber: 3, offset: 20 },
      { reason: 'type-without-data', line: '', lineNumber: 6, offset: 48 },
      { reason: 'unknown-field', line: 'Data', lineNumber: 7, offset: 49 },
      { reason: 'unfinished-block', line: 'da', lineNumber: 9, offset: 62 },
    ]);
  });

  it('counts invalid bytes as the bytes that they are', () => {
    const stream = bytes(0x3a, 0xff, 0xe2, 0x82, 0x0a, ...utf8('x\n'));
    const expected = [{ reason: 'unknown-field', line: 'x', lineNumber: 2, offset: 5 }];
    expect(read([stream], { ignored: true }).ignored).toEqual(expected);
  });

  it('reports an unfinished block once, where the stream broke off', () => {
    const ignored = (stream: string) => read([stream], { ignored: true }).ignored;
    const at = (line: string, lineNumber: number, offset: number) => [
      { reason: 'unfinished-block', line, lineNumber, offset },
    ];
    expect(ignored('data: x\n')).toEqual(at('', 2, 8));
    expect(ignored('data: x\ndata: y')).toEqual(at('data: y', 2, 8));
    expect(ignored('id: 1\r\n')).toEqual(at('', 2, 7));
    expect(ignored('data: x\n\n: c')).toEqual(at(': c', 3, 9));
    expect(ignored('data: x\n\n: c\nretry: 1\n')).toEqual([]);
  });
});

it('an unknown option is refused with the names that are known', () => {
  const wrong = { maxEventsize: 5 } as object;
  expect(refusalOf(() => createParser({}, wrong)).message).toBe(
    'Unknown option `maxEventsize`: known are `maxEventSize`, `lastEventId`',
  );
});
