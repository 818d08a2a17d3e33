import { RESET } from './block';
import type { Chunk, EventStreamParser, ParserHandlers, ParserOptions } from './event-stream-parser';
import { check, checkFlush, checkHandlers, checkOptions } from './options';
import { Stream } from './stream';

/**
 * A parser of one event stream after the other, which calls `handlers` from inside `feed` and `end`. Its methods
 * need no `this`.
 *
 * @throws EventStreamError `INVALID_OPTION`
 */
export function createParser(
  handlers: ParserHandlers,
  options?: ParserOptions | undefined,
): EventStreamParser {
  const { maxEventSize, lastEventId } = checkOptions(options);
  checkHandlers(handlers);
  let stream = new Stream(handlers, maxEventSize, lastEventId);
  /** Without it, feed inside a handler would read a chunk in the midst of another. */
  let busy = false;

  /** One turn at a time. The handlers' first error, or what stops the stream, comes out at its end. */
  function run(chunk: Chunk | undefined, flush: boolean): void {
    const current = stream;
    busy = true;
    try {
      if (chunk === undefined) current.end(flush);
      else current.feed(chunk);
    } catch (error) {
      if (error !== RESET) {
        current.refusal = error;
        current.thrown ??= { error };
      }
    }
    busy = false;
    const { thrown } = current;
    if (thrown) {
      current.thrown = undefined;
      throw thrown.error;
    }
  }

  const checkIdle = () =>
    check(!busy, 'feed() and end()', 'called after a handler, not inside it', 'REENTRANT');

  return {
    feed(chunk) {
      checkIdle();
      if (stream.refusal) throw stream.refusal;
      check(!stream.ended, 'The stream', 'reset() after its end, before it is fed again', 'ENDED');
      check(isChunk(chunk), 'A chunk', 'a string or a Uint8Array', 'INVALID_CHUNK');
      run(chunk, false);
    },

    end(endOptions) {
      checkIdle();
      const flush = checkFlush(endOptions?.flush);
      if (!stream.refusal && !stream.ended) run(undefined, flush);
    },

    reset() {
      stream.stopped = true;
      stream = new Stream(handlers, maxEventSize, stream.lastEventId);
    },

    get lastEventId() {
      return stream.lastEventId;
    },
  };
}

/** Also of another realm (a frame, a worker's, a test runner's), where instanceof fails. */
export function isChunk(value: unknown): value is Chunk {
  return (
    typeof value === 'string' ||
    (ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === 'Uint8Array')
  );
}
