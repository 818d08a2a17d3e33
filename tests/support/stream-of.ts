import { Readable } from 'node:stream';

/** A ReadableStream of what an iterable gives. */
export function streamOf<T>(source: AsyncIterable<T>): ReadableStream<T> {
  return Readable.toWeb(Readable.from(source)) as ReadableStream<T>;
}
