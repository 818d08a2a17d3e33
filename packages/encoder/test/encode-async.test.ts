import { describe, expect, it } from 'vitest';
import { encodeAsync, ServerEvent } from '../src/index';
import { refused } from './refused';

async function all(pieces: AsyncIterable<string>): Promise<string[]> {
  const list: string[] = [];
  for await (const piece of pieces) list.push(piece);
  return list;
}

/** A source that counts, and gives its pieces as it is asked. */
function counted(pieces: unknown[]) {
  const seen = { read: 0, closed: 0 };
  async function* source() {
    try {
      for (const piece of pieces) {
        seen.read++;
        yield piece as string;
      }
    } finally {
      seen.closed++;
    }
  }
  return { seen, data: source() };
}

describe('encodeAsync', () => {
  it('gives the fields with the first piece of data, then each other piece, then the id and the blank line', async () => {
    const { data } = counted(['a', 'b\nc', '']);
    expect(await all(encodeAsync({ id: '1', type: 't', data }))).toEqual([
      'event: t\ndata: a\n',
      'data: b\ndata: c\n',
      'data: \n',
      'id: 1\n\n',
    ]);
  });

  it('gives what is there already in one piece', async () => {
    expect(await all(encodeAsync('a'))).toEqual(['data: a\n\n']);
    expect(await all(encodeAsync({}))).toEqual(['\n']);
    expect(await all(encodeAsync({ id: '1', data: ['a', 'b'] }))).toEqual(['data: a\ndata: b\nid: 1\n\n']);
    expect(await all(encodeAsync(new ServerEvent('a', { id: '1' })))).toEqual(['data: a\nid: 1\n\n']);
  });

  it('takes a source without a piece for absent data', async () => {
    expect(await all(encodeAsync({ data: counted([]).data }))).toEqual(['\n']);
    expect(await all(encodeAsync({ id: '1', data: new Set<string>() }))).toEqual(['id: 1\n\n']);
  });

  it('takes a ReadableStream as data', async () => {
    const data = new ReadableStream<string>({
      start(controller) {
        controller.enqueue('a');
        controller.enqueue('b');
        controller.close();
      },
    });
    expect(await all(encodeAsync({ data }))).toEqual(['data: a\n', 'data: b\n', '\n']);
  });

  it('reads one piece for one demand', async () => {
    const { seen, data } = counted(['a', 'b']);
    const pieces = encodeAsync({ id: '1', data });
    const reads: number[] = [];
    for await (const _ of pieces) reads.push(seen.read);
    expect(reads).toEqual([1, 2, 2]);
    expect(seen.closed).toBe(1);
    expect(await pieces.next()).toEqual({ done: true, value: undefined });
  });

  it('keeps its order when demands overlap', async () => {
    const { data } = counted(['a', 'b']);
    const pieces = encodeAsync({ data });
    const results = await Promise.all(Array.from({ length: 5 }, () => pieces.next()));
    expect(results.map(({ value }) => value)).toEqual(['data: a\n', 'data: b\n', '\n', undefined, undefined]);
  });

  it('closes the source when it is left', async () => {
    const { seen, data } = counted(['a', 'b']);
    for await (const _ of encodeAsync({ data })) break;
    expect(seen).toEqual({ read: 1, closed: 1 });
  });

  it('closes the source at once while a piece is awaited', async () => {
    let answer: (result: IteratorResult<string>) => void = () => {};
    const data = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise<IteratorResult<string>>((resolve) => {
            answer = resolve;
          }),
        return: async () => {
          answer({ done: false, value: 'late' });
          return { done: true as const, value: undefined };
        },
      }),
    };
    const pieces = encodeAsync({ data });
    const awaited = pieces.next();
    await Promise.resolve();
    await pieces.return?.();
    expect(await awaited).toEqual({ done: true, value: undefined });
  });

  it('leaves open what a ServerEvent keeps', async () => {
    function* source() {
      yield 'a';
      yield 'b';
    }
    const event = new ServerEvent(source());
    for await (const _ of encodeAsync(event)) break;
    expect(await all(encodeAsync(event))).toEqual(['data: a\n', 'data: b\n', '\n']);
  });

  it('refuses everything but pieces at the call', () => {
    const { data } = counted(['a']);
    expect(refused(() => encodeAsync({ id: '\n', data }))).toMatchObject({ code: 'INVALID_ID' });
    expect(refused(() => encodeAsync({ data: 5 as never }))).toMatchObject({ code: 'INVALID_DATA' });
    expect(refused(() => encodeAsync({ data: ['a', 5 as never] }))).toMatchObject({ code: 'INVALID_DATA' });
    expect(refused(() => encodeAsync(null as never))).toMatchObject({ code: 'INVALID_EVENT' });
    expect(refused(() => encodeAsync({ event: 'x', data } as never))).toMatchObject({
      code: 'UNKNOWN_FIELD',
    });
  });

  it('refuses a piece as it comes, and closes the source', async () => {
    const { seen, data } = counted(['a', 5, 'c']);
    const pieces = encodeAsync({ data });
    expect((await pieces.next()).value).toBe('data: a\n');
    await expect(pieces.next()).rejects.toMatchObject({
      code: 'INVALID_DATA',
      message: 'data [1] must be a string, not 5',
    });
    expect(seen).toEqual({ read: 2, closed: 1 });
    expect((await pieces.next()).done).toBe(true);
  });

  it('never asks a source twice at a time, nor after its failure', async () => {
    let asked = 0;
    let asking = false;
    let closed = 0;
    const failure = new Error('source');
    const data = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          expect(asking).toBe(false);
          asking = true;
          await Promise.resolve();
          asking = false;
          if (++asked === 2) throw failure;
          return { done: false as const, value: `${asked}` };
        },
        async return() {
          closed++;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const pieces = encodeAsync({ data });
    const results = await Promise.allSettled([pieces.next(), pieces.next(), pieces.next()]);
    expect(results).toEqual([
      { status: 'fulfilled', value: { done: false, value: 'data: 1\n' } },
      { status: 'rejected', reason: failure },
      { status: 'fulfilled', value: { done: true, value: undefined } },
    ]);
    await pieces.return?.();
    expect({ asked, closed }).toEqual({ asked: 2, closed: 0 });
  });

  it('throws what the source throws', async () => {
    const failure = new Error('source');
    async function* source() {
      yield 'a';
      throw failure;
    }
    await expect(all(encodeAsync({ data: source() }))).rejects.toBe(failure);
  });
});

describe("the iterator's return()", () => {
  const endless = (): AsyncIterable<string> => ({
    [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: 'x' }) }),
  });

  it.each([
    ['there is no source', () => encodeAsync('x')],
    ['the source has none', () => encodeAsync({ data: endless() })],
  ])('ends the iteration where %s', async (_, make) => {
    const pieces = make();
    expect(await pieces.return?.()).toEqual({ done: true, value: undefined });
    expect(await pieces.next()).toEqual({ done: true, value: undefined });
  });
});
