import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allSplits, chunked, eventStreamBytes, eventStreamText, withChunks } from '../src/index';

const seed = 42;
const bytes = Uint8Array.from({ length: 40 }, (_, index) => index);
const text = 'data: é\u{1F600}\r\n\r\n';

const joinBytes = (chunks: Uint8Array[]) => Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));

describe('chunked', () => {
  it('gives the stream back', () => {
    const giveBack = (stream: string | Uint8Array) =>
      fc.assert(
        fc.property(chunked(stream), (chunks) => {
          if (typeof stream === 'string') expect(chunks.join('')).toBe(stream);
          else expect(joinBytes(chunks as Uint8Array[])).toEqual(stream);
        }),
      );
    for (const stream of [bytes, text, '', new Uint8Array()]) giveBack(stream);
  });

  it('makes chunkings of every kind', () => {
    const samples = fc.sample(chunked(bytes), { seed, numRuns: 500 });
    const kinds: Record<string, (chunks: Uint8Array[]) => boolean> = {
      whole: (chunks) => chunks.length === 1,
      'one unit at a time': (chunks) => chunks.length === 40 && chunks.every((chunk) => chunk.length === 1),
      'one unit at a time, among empty chunks': (chunks) =>
        chunks.length > 40 && chunks.every((chunk) => chunk.length <= 1),
      'two units at a time': (chunks) => chunks.length === 20 && chunks.every((chunk) => chunk.length === 2),
      'in two': (chunks) => chunks.length === 2 && chunks.every((chunk) => chunk.length > 0),
      'with an empty chunk first': (chunks) => chunks.length > 1 && chunks[0]?.length === 0,
      'with an empty chunk within': (chunks) => chunks.slice(1, -1).some((chunk) => chunk.length === 0),
      'with an empty chunk last': (chunks) => chunks.length > 1 && chunks.at(-1)?.length === 0,
      'views of the stream': (chunks) => chunks.every((chunk) => chunk.buffer === bytes.buffer),
      'in buffers of their own': (chunks) =>
        chunks.every((chunk) => chunk.byteOffset === 0 && chunk.buffer.byteLength === chunk.length),
      'in larger buffers': (chunks) =>
        chunks.every((chunk) => chunk.byteOffset > 0 && chunk.buffer.byteLength > chunk.length),
    };
    for (const [name, isOne] of Object.entries(kinds)) expect(samples.some(isOne), name).toBe(true);
  });

  it('cuts within surrogate pairs and line endings', () => {
    const samples = fc.sample(chunked(text), { seed, numRuns: 200 }).flat();
    expect(samples.some((chunk) => chunk.endsWith('\uD83D'))).toBe(true);
    expect(samples.some((chunk) => chunk.startsWith('\n'))).toBe(true);
  });
});

describe('withChunks', () => {
  it('goes with any stream', () => {
    fc.assert(
      fc.property(withChunks(eventStreamBytes()), ({ stream, chunks }) => {
        expect(joinBytes(chunks)).toEqual(stream);
      }),
    );
    fc.assert(
      fc.property(withChunks(eventStreamText()), ({ stream, chunks }) => {
        expect(chunks.join('')).toBe(stream);
      }),
    );
  });

  it('shrinks the stream and its cuts', () => {
    // As one who cannot join CR LF over two chunks would have it.
    const { counterexample } = fc.check(
      fc.property(withChunks(eventStreamText()), ({ chunks }) => {
        return !chunks.some((chunk, index) => chunk.endsWith('\r') && chunks[index + 1]?.startsWith('\n'));
      }),
      { seed, numRuns: 2000 },
    );
    expect(counterexample?.[0].stream.length).toBeLessThan(8);
    expect(counterexample?.[0].chunks.length).toBeLessThan(8);
  });
});

describe('allSplits', () => {
  it('makes every pair, once', () => {
    expect([...allSplits('abc')]).toEqual([
      ['', 'abc'],
      ['a', 'bc'],
      ['ab', 'c'],
      ['abc', ''],
    ]);
    expect([...allSplits(Uint8Array.of(1, 2))].map(([a, b]) => [[...a], [...b]])).toEqual([
      [[], [1, 2]],
      [[1], [2]],
      [[1, 2], []],
    ]);
    expect([...allSplits('')]).toEqual([['', '']]);
  });

  it('is lazy: a long stream costs nothing until it is iterated', () => {
    const splits = allSplits('x'.repeat(100_000_000));
    expect(splits.next().value?.[0]).toBe('');
    splits.return();
  });

  it('gives views, also of a view', () => {
    const view = bytes.subarray(10, 13);
    expect([...allSplits(view)].map(([, end]) => [...end])).toEqual([[10, 11, 12], [11, 12], [12], []]);
    for (const [start] of allSplits(view)) expect(start.buffer).toBe(bytes.buffer);
  });
});
