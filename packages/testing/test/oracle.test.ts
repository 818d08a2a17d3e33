import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allSplits, eventStreamText, oracle } from '../src/index';

const utf8 = new TextEncoder();

/** What is read of the stream, as text and as bytes alike. */
function read(stream: string, options?: Parameters<typeof oracle>[1]) {
  const reading = oracle(stream, options);
  expect(oracle(utf8.encode(stream), options)).toEqual(reading);
  return reading;
}
const dataOf = (stream: string) => read(stream).events.map((event) => event.data);

describe("the oracle on the Standard's own examples (9.2.6)", () => {
  it('reads three data lines as one event', () => {
    expect(read('data: YHOO\ndata: +2\ndata: 10\n\n').events).toEqual([
      { type: 'message', data: 'YHOO\n+2\n10', lastEventId: '', id: undefined },
    ]);
  });

  it('reads the stream with a comment and an id that is reset', () => {
    const stream =
      ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n';
    expect(read(stream)).toEqual({
      events: [
        { type: 'message', data: 'first event', lastEventId: '1', id: '1' },
        { type: 'message', data: 'second event', lastEventId: '', id: '' },
        { type: 'message', data: ' third event', lastEventId: '', id: undefined },
      ],
      comments: ['test stream'],
      retries: [],
      ids: ['1', ''],
      lastEventId: '',
    });
  });

  it('reads two events of the stream of empty data, whose last block is discarded', () => {
    expect(dataOf('data\n\ndata\ndata\n\ndata:')).toEqual(['', '\n']);
  });

  it('reads two identical events with and without the space', () => {
    expect(dataOf('data:test\n\ndata: test\n\n')).toEqual(['test', 'test']);
  });

  it('reads the event types of the introduction', () => {
    const { events } = read('event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n');
    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['add', '73857293'],
      ['remove', '2153'],
    ]);
  });
});

describe('the oracle, rule by rule', () => {
  it.each(['\n', '\r', '\r\n'])('ends lines at %j', (ending) => {
    const lines = ['data: a', 'data: b', '', 'data: c', '', ''];
    expect(dataOf(lines.join(ending))).toEqual(['a\nb', 'c']);
  });

  it('takes LF CR for two endings, and no other character for one', () => {
    expect(dataOf('data: a\n\rdata: b\r\n\r\n')).toEqual(['a', 'b']);
    const others = '\u000B\u000C\u0085\u2028\u2029\0';
    expect(dataOf(`data: ${others}\n\n`)).toEqual([others]);
  });

  it('strips one byte order mark at the start, and only there', () => {
    expect(dataOf('\uFEFFdata: a\n\n')).toEqual(['a']);
    expect(dataOf('\uFEFF\uFEFFdata: a\ndata: b\n\n')).toEqual(['b']);
    expect(dataOf('data: a\n\n\uFEFFdata: b\n\ndata: \uFEFFc\n\n')).toEqual(['a', '\uFEFFc']);
  });

  it('strips one space, of values and comments', () => {
    const reading = read(':  a\n:\tb\n:\ndata:  c\nevent:\td\n\n');
    expect(reading.comments).toEqual([' a', '\tb', '']);
    expect(reading.events).toMatchObject([{ type: '\td', data: ' c' }]);
  });

  it('splits a line at its first colon', () => {
    expect(dataOf('data: a: b:c\n\n')).toEqual(['a: b:c']);
  });

  it.each(['Data: x', 'data : x', ' data: x', 'datax', 'unknown: x'])('ignores the field %j', (line) => {
    expect(read(`${line}\n\n`)).toEqual({ events: [], comments: [], retries: [], ids: [], lastEventId: '' });
  });

  it('takes the last type of a block, and forgets it with its block', () => {
    const types = (stream: string) => read(stream).events.map((event) => event.type);
    expect(types('event: a\nevent: b\ndata\n\n')).toEqual(['b']);
    expect(types('event: a\nevent\ndata\n\n')).toEqual(['message']);
    expect(types('event: a\n\ndata\n\n')).toEqual(['message']);
    expect(types('event: a\ndata\n\ndata\n\n')).toEqual(['a', 'message']);
  });

  it("keeps the last event ID, and tells a block's own id", () => {
    const { events, ids, lastEventId } = read(
      'id: 1\ndata: a\n\ndata: b\n\nid: 2\n\ndata: c\n\nid: 3\ndata: d\n',
    );
    expect(events).toEqual([
      { type: 'message', data: 'a', lastEventId: '1', id: '1' },
      { type: 'message', data: 'b', lastEventId: '1', id: undefined },
      { type: 'message', data: 'c', lastEventId: '2', id: undefined },
    ]);
    expect(ids).toEqual(['1', '2']);
    expect(lastEventId).toBe('2');
  });

  it('ignores an id with NUL, and keeps the one before it in the block', () => {
    expect(read('id: 1\nid: a\0b\ndata: x\n\n')).toMatchObject({ ids: ['1'], lastEventId: '1' });
    expect(read('id: \0\ndata: x\n\n').events[0]).toMatchObject({ lastEventId: '', id: undefined });
  });

  it('starts with the last event ID that it is given', () => {
    expect(read('data: a\n\nid\n\n', { lastEventId: '7' })).toMatchObject({
      events: [{ lastEventId: '7', id: undefined }],
      ids: [''],
      lastEventId: '',
    });
    expect(read('id: 8\n', { lastEventId: '7' }).lastEventId).toBe('7');
  });

  it('takes a retry of ASCII digits only, at once, at most the largest safe integer', () => {
    expect(read('retry: 0\nretry: 007\nretry:12')).toMatchObject({ retries: [0, 7], reconnectionTime: 7 });
    expect(read(`retry: ${'9'.repeat(400)}\n`).reconnectionTime).toBe(Number.MAX_SAFE_INTEGER);
    for (const value of ['', ' 1', '1 ', '+1', '-1', '1.5', '1e3', '0x1', '١', '５', '1\0']) {
      expect(read(`retry: ${value}\n\n`).retries, value).toEqual([]);
    }
    expect(read('data\n\n')).not.toHaveProperty('reconnectionTime');
  });

  it('discards what no blank line has ended', () => {
    for (const stream of ['data: a', 'data: a\n', 'id: 1\ndata: a\r', 'data: a\r\n', ': a', 'retry: 1']) {
      const reading = { events: [], comments: [], retries: [], ids: [], lastEventId: '' };
      expect(read(stream), stream).toEqual(reading);
    }
    expect(dataOf('data: a\n\r')).toEqual(['a']);
  });

  it('dispatches it with flush, the unfinished line too', () => {
    const flush = true;
    expect(read('id: 1\ndata: a\ndata: b', { flush })).toMatchObject({
      events: [{ data: 'a\nb', id: '1' }],
      ids: ['1'],
    });
    expect(read('id: 1\n', { flush })).toMatchObject({ events: [], ids: ['1'], lastEventId: '1' });
    expect(read('data: a\n\n: end', { flush })).toMatchObject({ events: [{ data: 'a' }], comments: ['end'] });
    expect(read('retry: 5', { flush }).retries).toEqual([5]);
    expect(read('', { flush }).events).toEqual([]);
    expect(read('data', { flush: undefined }).events).toEqual([]);
  });

  it('reads what is not UTF-8 as U+FFFD, also at the end', () => {
    const bytes = Uint8Array.from([
      ...utf8.encode('data: '),
      0xc3,
      0x0a,
      0x0a,
      ...utf8.encode('data: '),
      0xe2,
      0x82,
    ]);
    expect(oracle(bytes).events.map((event) => event.data)).toEqual(['\uFFFD']);
    expect(oracle(bytes, { flush: true }).events.map((event) => event.data)).toEqual(['\uFFFD', '\uFFFD']);
  });

  it('keeps lone surrogates of text', () => {
    expect(oracle('data: \uD83D\n\n').events[0]?.data).toBe('\uD83D');
  });

  it('reads nothing of a stream differently because of what follows', () => {
    fc.assert(
      fc.property(eventStreamText(), (stream) => {
        const whole = oracle(stream);
        for (const [start] of allSplits(stream)) {
          // Between CR and LF, the start is read as ending there: so it is.
          const { events } = oracle(start);
          expect(whole.events.slice(0, events.length)).toEqual(events);
        }
      }),
      { numRuns: 30 },
    );
  });
});

interface Case {
  name: string;
  input?: string;
  inputBase64?: string;
  flush?: boolean;
  textOnly?: boolean;
  events: object[];
  comments: string[];
  retries: number[];
  lastEventId: string;
}

describe('the oracle on the conformance data', () => {
  const { cases } = JSON.parse(
    readFileSync(new URL('../../../conformance/parse.json', import.meta.url), 'utf8'),
  ) as { cases: Case[] };

  it.each(cases)('$name', ({ input, inputBase64, flush, textOnly, ...rest }) => {
    const { events, comments, retries, lastEventId } = rest;
    const streams: (string | Uint8Array)[] = [];
    if (input !== undefined) streams.push(input);
    if (input !== undefined && !textOnly) streams.push(utf8.encode(input));
    if (inputBase64 !== undefined) streams.push(Buffer.from(inputBase64, 'base64'));
    expect(streams).not.toEqual([]);
    for (const stream of streams) {
      expect(oracle(stream, { flush })).toMatchObject({ events, comments, retries, lastEventId });
    }
  });
});

it('An option of the oracle that is of the wrong kind is refused', () => {
  expect(() => oracle('', { flush: 5 as never })).toThrow('`flush`: expected true or false, got 5');
});
