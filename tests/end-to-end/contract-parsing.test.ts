import { describe, expect, it } from 'vitest';
import { contractClients, startConnect } from '../support/contract-client';
import { serveDriven } from '../support/driven-server';

interface Expected {
  type?: string;
  data: string;
  id?: string;
}

const BOM = '\ufeff';
const hello = { data: 'Hello' };

describe.each(contractClients)('$name reads', ({ start }) => {
  /** Sends these chunks, and then one event that ends the test. */
  async function read(chunks: readonly (string | Uint8Array)[], expected: Expected[]) {
    await using server = await serveDriven();
    using client = start(server.url);
    const connection = await server.nextOpen();
    for (const chunk of chunks) await connection.send(chunk);
    await connection.send('id\ndata: end of test\n\n');
    const events = await client.events(expected.length + 1);
    expect(events.slice(0, -1)).toEqual(
      expected.map(({ type = 'message', data, id = '' }) => ({ type, data, id })),
    );
    expect(events.at(-1)?.data).toBe('end of test');
  }

  const numbers = Array.from({ length: 100 }, (_, index) => `message ${index}`);

  it.each<[string, string[], Expected[]]>([
    ['one line in one chunk', ['data: Hello\n\n'], [hello]],
    ['one line in two chunks', ['data: Hel', 'lo\n\n'], [hello]],
    ['two events in one chunk', ['data: Hello\n\ndata: World\n\n'], [hello, { data: 'World' }]],
    [
      'two events in three chunks, the middle one of both',
      ['data: Hel', 'lo\n\ndata: Wo', 'rld\n\n'],
      [hello, { data: 'World' }],
    ],
    ['two lines', ['data: Hello\ndata:World\n\n'], [{ data: 'Hello\nWorld' }]],
    ['empty data', ['data:\n\n'], [{ data: '' }]],
    ['a type', ['event: greeting\ndata: Hello\n\n'], [{ type: 'greeting', ...hello }]],
    ['an id', ['id: abc\ndata: Hello\n\n'], [{ ...hello, id: 'abc' }]],
    [
      'fields in the other order',
      ['data: Hello\nid: abc\nevent: greeting\n\n'],
      [{ type: 'greeting', ...hello, id: 'abc' }],
    ],
    ['an id with NUL, which is none', ['id: a\0bc\ndata: Hello\n\n'], [hello]],
    [
      'an id that stays',
      ['id: abc\ndata: Hello\n\n', 'data: second\n\n'],
      [
        { ...hello, id: 'abc' },
        { data: 'second', id: 'abc' },
      ],
    ],
    [
      'an empty id, which ends that',
      ['id: abc\ndata: Hello\n\n', 'id: \ndata: second\n\n'],
      [{ ...hello, id: 'abc' }, { data: 'second' }],
    ],
    ['an unknown field', ['event: greeting\ncolor: blue\ndata: Hello\n\n'], [{ type: 'greeting', ...hello }]],
    ['no space after the colon', ['event:greeting\ndata:Hello\n\n'], [{ type: 'greeting', ...hello }]],
    [
      'two spaces after the colon',
      ['event:  greeting\ndata:  Hello\n\n'],
      [{ type: ' greeting', data: ' Hello' }],
    ],
    ['no colon', ['data\n\ndata\ndata\n\n'], [{ data: '' }, { data: '\n' }]],
    ['characters of several bytes', ['data: €豆腐😀\n\n'], [{ data: '€豆腐😀' }]],
    [
      'many events at once, in order',
      [numbers.map((data) => `data: ${data}\n\n`).join('')],
      numbers.map((data) => ({ data })),
    ],
    ['a comment before an event', [':comment\n', 'data: Hello\n\n'], [hello]],
    [
      'CRLF cut between the two, again and again',
      ['data: Hello\r', '\ndata: World\r', '\n\r\ndata: OK\r', '\n', '\r', '\n'],
      [{ data: 'Hello\nWorld' }, { data: 'OK' }],
    ],
    ['a byte order mark at the beginning', [`${BOM}data: Hello\n\n`], [hello]],
    [
      'one before a type and an id',
      [`${BOM}event: greeting\nid: abc\ndata: Hello\n\n`],
      [{ type: 'greeting', ...hello, id: 'abc' }],
    ],
    ['one before a comment', [`${BOM}:comment\ndata: Hello\n\n`], [hello]],
    ['one before empty data', [`${BOM}data:\n\n`], [{ data: '' }]],
    [
      'one later, which is data',
      ['data: Hello\n\n', `data: ${BOM}Second\n\n`],
      [hello, { data: `${BOM}Second` }],
    ],
    ['one after the first, which is data', [`${BOM}data: ${BOM}Hello\n\n`], [{ data: `${BOM}Hello` }]],
  ])('%s', (_name, chunks, expected) => read(chunks, expected));

  it('a byte order mark in two chunks, and in three', async () => {
    const mark = Buffer.from(BOM);
    const rest = Buffer.from('data: Hello\n\n');
    await read([mark.subarray(0, 2), Buffer.concat([mark.subarray(2), rest])], [hello]);
    await read([...[0, 1, 2].map((at) => mark.subarray(at, at + 1)), rest], [hello]);
  });

  describe.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('%s', (_name, end) => {
    const text = [
      'data: event 1||',
      'data: event 2 line 1|data: event 2 line 2||',
      'data:|data: line 2|data: line 3||',
      'data: line 1|data:|data: line 3||',
      'data: one empty line more|||',
      'data: two empty lines more||||',
      'id: é|event: greeting|data: €豆腐||',
    ]
      .join('')
      .replaceAll('|', end);
    const expected = [
      { type: 'message', data: 'event 1', id: '' },
      { type: 'message', data: 'event 2 line 1\nevent 2 line 2', id: '' },
      { type: 'message', data: '\nline 2\nline 3', id: '' },
      { type: 'message', data: 'line 1\n\nline 3', id: '' },
      { type: 'message', data: 'one empty line more', id: '' },
      { type: 'message', data: 'two empty lines more', id: '' },
      { type: 'greeting', data: '€豆腐', id: 'é' },
    ];

    it.each([1, 2, text.length * 2])('in chunks of %i bytes', async (size) => {
      await using server = await serveDriven();
      using client = start(server.url);
      await (await server.nextOpen()).sendInPieces(text, size);
      expect(await client.events(expected.length)).toEqual(expected);
    });
  });

  it('events of one byte to 10 MB, each as it is', async () => {
    await using server = await serveDriven();
    using client = start(server.url);
    const connection = await server.nextOpen();
    // Around the sizes that buffers have.
    const sizes = [1, 128, 1023, 1024, 1025, 4095, 4096, 4097, 8191, 8192, 8193];
    for (const size of [...sizes, 16_384, 65_536, 262_144, 1_048_576, 5_000_000, 10_000_000]) {
      const data = `${size} `.padEnd(size, 'x').slice(0, size);
      const sent = connection.send(`data: ${data}\n\n`);
      const [event] = await client.events(1);
      await sent;
      // Compared here, so that a failure does not print megabytes.
      expect(event?.data.length).toBe(size);
      expect(event?.data === data).toBe(true);
    }
  });
});

describe('comments', () => {
  it('are told as they are read, whatever comes before and after, event or not', async () => {
    await using server = await serveDriven();
    using client = startConnect(server.url);
    const connection = await server.nextOpen();
    const comment = (text: string) => ({ kind: 'comment', text });
    const event = { kind: 'event', type: 'message', data: 'Hello', id: '' };

    await connection.send(':Hello\n');
    expect(await client.next()).toEqual(comment('Hello'));
    await connection.send(':World\n');
    expect(await client.next()).toEqual(comment('World'));

    await connection.send(':before\n');
    await connection.send('data: Hello\n\n');
    expect([await client.next(), await client.next()]).toEqual([comment('before'), event]);

    await connection.send('data: Hello\n\n');
    await connection.send(':after\n');
    expect([await client.next(), await client.next()]).toEqual([event, comment('after')]);

    await connection.send(':1\ndata: Hello\n\n:2\n:3\ndata: Hello\n\n');
    const told = [await client.next(), await client.next(), await client.next(), await client.next()];
    expect([...told, await client.next()]).toEqual([comment('1'), event, comment('2'), comment('3'), event]);
  });

  it('one behind a byte order mark too', async () => {
    await using server = await serveDriven();
    using client = startConnect(server.url);
    await (await server.nextOpen()).send(`${BOM}:comment\ndata: Hello\n\n`);
    expect(await client.next()).toEqual({ kind: 'comment', text: 'comment' });
    expect(await client.events(1)).toMatchObject([hello]);
  });
});
