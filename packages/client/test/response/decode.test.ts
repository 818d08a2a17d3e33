import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ConnectOptions, connect, type StandardSchema } from '../../src/index';
import { scriptedFetch, settle } from '../helpers/script';

const url = 'http://localhost/';

/** What comes of this text, and the stream after it. */
async function read(text: string, options: ConnectOptions<never>) {
  const { fetch, call } = scriptedFetch();
  const seen: unknown[] = [];
  const skipped: unknown[] = [];
  const stream = connect<{ type: string; data: unknown }>(url, {
    fetch,
    onEvent: (event) => seen.push(event.data),
    onTrace: (record) => record.type === 'event-skipped' && skipped.push(record.code),
    ...(options as object),
  });
  call(0).open().send(text);
  await settle();
  return { seen, skipped, stream, call };
}

const block = (data: string, id: string, name = 'message') => `event: ${name}\nid: ${id}\ndata: ${data}\n\n`;

describe('decode', () => {
  it('reads JSON, and hands the rest of the event on', async () => {
    const { fetch, call } = scriptedFetch();
    const stream = connect(url, { fetch, decode: 'json' });
    const batches = stream.batches();
    call(0)
      .open()
      .send(`${block('{"a":1}', '1', 'x')}data: [2]\n\nid: 3\n\n`);
    expect((await batches.next()).value).toEqual([
      { type: 'x', data: { a: 1 }, lastEventId: '1', id: '1' },
      { type: 'message', data: [2], lastEventId: '1', id: undefined },
    ]);
    expect(stream.lastEventId).toBe('3');
    stream.close();
  });

  it('fails at what it cannot read, after what came before, with the id of that', async () => {
    const { seen, stream, call } = await read(block('1', 'a') + block('{', 'b') + block('3', 'c'), {
      decode: 'json',
    });
    expect(await stream.closed).toMatchObject({
      reason: 'failed',
      error: {
        code: 'INVALID_EVENT',
        message: expect.stringContaining('"b"'),
        cause: expect.any(SyntaxError),
      },
    });
    expect([seen, stream.lastEventId, call(0).live]).toEqual([[1], 'a', false]);
  });

  it.each<[string, ConnectOptions['onInvalid']]>([
    ['skip', 'skip'],
    [
      'a function',
      (error, event) => (error.code === 'INVALID_EVENT' && event.data === '{' ? 'skip' : 'fail'),
    ],
  ])('skips it where the policy is %s, and the id goes on', async (_, onInvalid) => {
    const { seen, skipped, stream } = await read(block('1', 'a') + block('{', 'b'), {
      decode: 'json',
      onInvalid,
    });
    expect([seen, skipped, stream.lastEventId, stream.state]).toEqual([[1], ['INVALID_EVENT'], 'b', 'open']);
    stream.close();
  });

  it('takes no offence at a last event that is not like the rest', async () => {
    const { seen, stream } = await read('data: {"n":1}\n\ndata: [DONE]\n\ndata: {"n":2}\n\n', {
      decode: 'json',
      terminal: (event) => event.data === '[DONE]',
    });
    expect(await stream.closed).toEqual({ reason: 'terminal' });
    expect(seen).toEqual([{ n: 1 }]);
  });

  it('takes a function, which may be slow; a reconnection meanwhile asks for the event again', async () => {
    const releases: (() => void)[] = [];
    const decode = async (data: string) => {
      await new Promise<void>((resolve) => releases.push(resolve));
      return data.length;
    };
    const { seen, stream, call } = await read(block('abc', '1') + block('de', '2'), { decode });
    releases[0]?.();
    await settle();
    stream.reconnect();
    expect(call(1).headers.get('last-event-id')).toBe('1');
    releases[1]?.();
    await settle();
    expect([seen, stream.lastEventId]).toEqual([[3], '1']);
    stream.close();
  });
});

describe('while events are decoded', () => {
  it('those of one chunk come in one turn, unless a decoder gives promises', async () => {
    const inTurn = async (decode: ConnectOptions['decode']) => {
      const order: unknown[] = [];
      const onEvent = ({ data }: { data: unknown }) => {
        order.push(data);
        queueMicrotask(() => order.push('later'));
      };
      const { stream } = await read('data: 1\n\ndata: 2\n\n', { decode, onEvent });
      stream.close();
      return order;
    };
    expect(await inTurn('json')).toEqual([1, 2, 'later', 'later']);
    expect(await inTurn(async (data) => data)).toEqual(['1', 'later', '2', 'later']);
  });

  it('comments come in their place', async () => {
    const seen: unknown[] = [];
    const { stream } = await read('data: 1\n\n:two\ndata: 3\n\n', {
      decode: 'json',
      onEvent: ({ data }: { data: unknown }) => seen.push(data),
      onComment: (text) => seen.push(text),
    });
    expect(seen).toEqual([1, 'two', 3]);
    stream.close();
  });

  it('one that was skipped counts as received before the next is decoded', async () => {
    const decode = (data: string) =>
      data === 'slow' ? new Promise(() => {}) : Promise.reject(new Error('no'));
    const { stream, call } = await read(block('bad', 'a') + block('slow', 'b'), {
      decode,
      onInvalid: 'skip',
    });
    stream.reconnect();
    expect(call(1).headers.get('last-event-id')).toBe('a');
    stream.close();
  });
});

describe('schema', () => {
  const schemas: [string, StandardSchema][] = [
    ['zod', z.object({ n: z.number() })],
    ['valibot', v.object({ n: v.number() })],
    ['arktype', type({ n: 'number' })],
    ['an asynchronous one', z.object({ n: z.number() }).refine(async () => true)],
  ];
  it.each(schemas)('of %s', async (_, tick) => {
    const text = `${block('{"n":1}', '1', 'tick')}${block('{"n":2}', '2', 'other')}${block('{"n":3}', '3', 'toString')}`;
    const good = await read(text, { schema: { tick } });
    expect([good.seen, good.skipped, good.stream.lastEventId]).toEqual([
      [{ n: 1 }],
      [undefined, undefined],
      '3',
    ]);
    good.stream.close();
    const bad = await read(block('{"n":"x"}', '1', 'tick'), { schema: { tick } });
    expect(await bad.stream.closed).toMatchObject({ reason: 'failed', error: { code: 'INVALID_EVENT' } });
  });

  it('of text, where decode says so', async () => {
    const { seen, stream } = await read('data: 17\n\n', {
      schema: { message: z.coerce.number() },
      decode: 'text',
    });
    expect(seen).toEqual([17]);
    stream.close();
  });
});
