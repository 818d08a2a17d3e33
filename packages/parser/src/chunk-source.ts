import { isChunk } from './create-parser';
import { EventStreamError } from './event-stream-error';
import type { Chunk } from './event-stream-parser';

/** What `parseEventStream` reads. */
export type EventStreamSource =
  | Response
  | ReadableStream<Chunk>
  | ReadableStream<Uint8Array>
  | ReadableStream<string>
  | AsyncIterable<Chunk>
  | Chunk;

/** Chunks on demand, whatever they come from. */
export interface ChunkSource {
  next(): IteratorResult<unknown, unknown> | Promise<IteratorResult<unknown, unknown>>;
  /** After the end, or after next() has failed: lets go. */
  release(): void;
  /** Instead of reading on: stops the source and lets go. */
  cancel(reason: unknown): Promise<void>;
}

/**
 * Takes hold of `source`.
 *
 * @throws EventStreamError `INVALID_SOURCE`, `SOURCE_USED`
 */
export function openSource(source: unknown): ChunkSource {
  if (isChunk(source)) return fromChunks([source]);
  if (source !== null && typeof source === 'object') {
    // A ReadableStream is an async iterable too, on some runtimes: a reader is on all.
    if ('getReader' in source) return fromStream(source as ReadableStream<unknown>);
    if (Symbol.asyncIterator in source) return fromIterable(source as AsyncIterable<unknown>);
    if ('body' in source) return fromResponse(source as Response);
  }
  throw new EventStreamError(
    'INVALID_SOURCE',
    'An event stream is read from a Response, a ReadableStream, an async iterable, a Uint8Array or a string',
  );
}

function fromChunks(chunks: Chunk[]): ChunkSource {
  const iterator = chunks[Symbol.iterator]();
  return { next: () => iterator.next(), release() {}, cancel: async () => {} };
}

function fromResponse(response: Response): ChunkSource {
  if (response.bodyUsed) {
    throw new EventStreamError(
      'SOURCE_USED',
      'The body of this Response was read before; clone() it before that',
    );
  }
  // As fetch returns it for 204, and for HEAD.
  return response.body === null ? fromChunks([]) : openSource(response.body);
}

function fromStream(stream: ReadableStream<unknown>): ChunkSource {
  if (stream.locked) {
    throw new EventStreamError('SOURCE_USED', 'This ReadableStream is locked: another reader holds it');
  }
  const reader = stream.getReader();
  return {
    next: () => reader.read(),
    release: () => reader.releaseLock(),
    cancel(reason) {
      const cancelled = reader.cancel(reason);
      reader.releaseLock();
      return cancelled;
    },
  };
}

function fromIterable(iterable: AsyncIterable<unknown>): ChunkSource {
  const iterator = iterable[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    release() {},
    async cancel() {
      await iterator.return?.();
    },
  };
}
