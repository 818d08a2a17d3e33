import { describe, expect, it } from 'vitest';
import { open, serve, until } from '../helpers/server';
import { messagesOf, record, serveText, source } from './helpers';

const data = async (text: string | Uint8Array) => (await messagesOf(text)).map((event) => event.data);
const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));

describe('9.2.5 Parsing an event stream', () => {
  it.each<[string, string | Uint8Array, string[]]>([
    ['a byte order mark is skipped', '\ufeffdata: x\n\n', ['x']],
    ['only one is', '\ufeff\ufeffdata: x\n\ndata: y\n\n', ['y']],
    ['one later is part of a field name', 'data: x\n\n\ufeffdata: y\n\ndata: z\n\n', ['x', 'z']],
    ['comments are ignored', 'data: 1\n:\0\n:\r\ndata: 2\n:x\ndata: 3\n:data: no\n\n', ['1\n2\n3']],
    ['a long comment too', `:${'x'.repeat(20_000)}\ndata: x\n\n`, ['x']],
    ['a newline is LF, CR or CRLF', 'data: a\r\rdata: b\n\ndata: c\r\n\r\ndata: d\n\r', ['a', 'b', 'c', 'd']],
    ['newlines of one block may differ', 'data: a\rdata: b\ndata: c\r\ndata: d\r\n\n', ['a\nb\nc\nd']],
    ['other separators are none', 'data: a\u2028b\u0085c\x0bd\x0ce\n\n', ['a\u2028b\u0085c\x0bd\x0ce']],
    ['NUL is a character', 'data: a\0b\n\n', ['a\0b']],
    ['bytes are UTF-8, a wrong one U+FFFD', bytes('data: ok…', [0xff], '\n\n'), ['ok…\ufffd']],
  ])('%s', async (_name, text, expected) => {
    expect(await data(text)).toEqual(expected);
  });

  it('however the bytes are cut', async () => {
    const text = bytes('\ufeffid: …\r\ndata: 😀\r\ndata: é\r\n\r\n');
    const server = await serve(async (_req, res) => {
      open(res);
      for (const byte of text) {
        await new Promise((resolve) => res.write(Buffer.of(byte), resolve));
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    const fired = record(source(server.url));
    await until(() => fired.length === 2);
    expect(fired[1]).toMatchObject({ data: '😀\né', lastEventId: '…' });
  });
});

describe('9.2.6 Interpreting an event stream', () => {
  it.each<[string, string, string[]]>([
    [
      'data lines are joined by LF',
      'data:msg\ndata: msg\n\n:\ndata\n\ndata: end\n\n',
      ['msg\nmsg', '', 'end'],
    ],
    ['fields without a value', 'data:\n\ndata\ndata\n\ndata:test\n\n', ['', '\n', 'test']],
    [
      'one space after the colon goes',
      'data:\ttest\rdata: \ndata:test\n\ndata:  x \n\n',
      ['\ttest\n\ntest', ' x '],
    ],
    [
      'unknown fields are ignored',
      'data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\n\n',
      ['test\n'],
    ],
    ['names are case-sensitive', 'Data: no\nDATA: no\ndata : no\ndata: yes\n\n', ['yes']],
    ['only the first colon separates', 'data: a:b: c\n\n', ['a:b: c']],
    ['a name may end with nothing else', 'data\n\n', ['']],
    ['a block without data dispatches nothing', 'id: 1\nevent: message\nretry: 5\n\ndata: x\n\n', ['x']],
    ['what no blank line has ended is not dispatched', 'data: x\n\n:\n', ['x']],
  ])('%s', async (_name, text, expected) => {
    expect(await data(text)).toEqual(expected);
  });

  it('pending data at the end of the file is discarded', async () => {
    const server = await serve((_req, res, count) => {
      if (count === 1) open(res).end('retry:1\ndata:test1\n\nid:test\ndata:test2');
      else open(res).write('data: end\n\n');
    });
    const fired = record(source(server.url));
    await until(() => fired.some((event) => event.data === 'end'));
    expect(fired.flatMap((event) => event.data ?? [])).toEqual(['test1', 'end']);
    expect(server.requests[1]?.headers).not.toHaveProperty('last-event-id');
  });

  it('the event field is the type, also of open and error, which change no state', async () => {
    const text =
      'event: test\ndata: 1\n\nevent:open\ndata: 2\n\nevent: error\ndata: 3\n\nevent: message\ndata: 4\n\n';
    const server = await serveText(text);
    const es = source(server.url);
    const fired = record(es, 'test');
    await until(() => fired.length === 5);
    expect(fired.map((event) => [event.type, event.data, event.state])).toEqual([
      ['open', undefined, 1],
      ['test', '1', 1],
      ['open', '2', 1],
      ['error', '3', 1],
      ['message', '4', 1],
    ]);
  });

  it('an empty event field is message, and none outlives its block', async () => {
    const text =
      'event: test\n\ndata: 1\n\nevent: test\nevent\ndata: 2\n\nevent: a\nevent: test\ndata: 3\n\ndata: 4\n\n';
    const fired = await messagesOf(text, 'test', 'a');
    expect(fired.map((event) => [event.type, event.data])).toEqual([
      ['message', '1'],
      ['message', '2'],
      ['test', '3'],
      ['message', '4'],
    ]);
  });

  it.each(['__proto__', 'constructor', 'toString', ' leading', 'é😀'])(
    'the type %j is one like others',
    async (type) => {
      const fired = await messagesOf(`event: ${type}\ndata: x\n\n`.replace(':  ', ':  '), type);
      expect(fired).toMatchObject([{ type, data: 'x' }]);
    },
  );

  it('the last event ID stays until the stream sets another one', async () => {
    const text =
      'data: 1\n\nid: a\ndata: 2\n\ndata: 3\n\nid: b\n\ndata: 4\n\nid: c\0\ndata: 5\n\nid: d\nid: e\ndata: 6\n\nid\ndata: 7\n\nid: …\ndata: 8\n\n';
    const ids = (await messagesOf(text)).map((event) => event.lastEventId);
    expect(ids).toEqual(['', 'a', 'a', 'b', 'b', 'e', '', '…']);
  });

  it('an event that carries an id only lends it to what follows', async () => {
    expect(await messagesOf('id: 1\n\nevent: x\ndata: y\n\n', 'x')).toMatchObject([
      { type: 'x', data: 'y', lastEventId: '1' },
    ]);
  });

  it('the event is a MessageEvent with data, origin and lastEventId, which neither bubbles nor can be cancelled', async () => {
    const server = await serveText('id: 1\nevent: test\ndata: x\n\n');
    const es = source(server.url);
    const events: MessageEvent<string>[] = [];
    es.addEventListener('test', (event) => events.push(event));
    await until(() => events.length === 1);
    const [event] = events;
    expect(event).toBeInstanceOf(MessageEvent);
    expect(event).toMatchObject({
      type: 'test',
      data: 'x',
      origin: new URL(server.url).origin,
      lastEventId: '1',
      source: null,
      bubbles: false,
      cancelable: false,
      composed: false,
      target: es,
    });
    expect(event?.ports).toEqual([]);
  });
});
