import { RESET } from './block';
import { EventStreamError, type EventStreamErrorCode } from './event-stream-error';
import type { Chunk, EventStreamParser, ParserHandlers, ParserOptions } from './event-stream-parser';
import { checkEndOptions, checkHandlers, resolveParserOptions } from './options';
import { Stream } from './stream';

/**
 * A parser of one event stream after the other, which calls `handlers` from inside `feed` and `end`. Its
 * methods need no `this`.
 *
 * @example
 * const parser = createParser({ onEvent: ({ type, data }) => console.log(type, data) });
 * parser.feed('data: hel');
 * parser.feed('lo\n\n'); // message hello
 * parser.end();
 *
 * @throws TypeError with the code `INVALID_OPTION` and `option`
 */
export function createParser(
  handlers: ParserHandlers,
  options?: ParserOptions | undefined,
): EventStreamParser {
  const { maxEventSize, lastEventId } = resolveParserOptions(options);
  checkHandlers(handlers);
  let stream = new Stream(handlers, maxEventSize, lastEventId);
  /** Without it, feed inside a handler would read a chunk in the midst of another. */
  let busy = false;

  /** Stops the stream for an error, but not for a reset, which has left the stream. */
  function stop(current: Stream, error: unknown): void {
    current.drop_();
    if (error === RESET) return;
    current.refusal_ = error;
    current.thrown_ ??= { error };
  }

  /** The handlers' first error, or what stops the stream, comes out at the end of the turn. */
  function tell(current: Stream): void {
    const { thrown_: thrown } = current;
    if (!thrown) return;
    current.thrown_ = undefined;
    throw thrown.error;
  }

  /** A turn in which there may be anything to do. */
  function run(current: Stream, chunk: Chunk | undefined, flush: boolean): void {
    busy = true;
    try {
      if (chunk === undefined) current.end(flush);
      else current.readCarefully_(chunk);
    } catch (error) {
      stop(current, error);
    }
    busy = false;
    tell(current);
  }

  const checkIdle = () =>
    check(!busy, 'REENTRANT', 'feed() and end() must be called after a handler, not inside it');

  return {
    feed(chunk) {
      const current = stream;
      if (busy || !isChunk(chunk) || !current.takes_(chunk.length)) {
        checkIdle();
        if (current.refusal_) throw current.refusal_;
        check(!current.ended_, 'ENDED', 'The stream has ended: call reset() before it is fed again');
        check(isChunk(chunk), 'INVALID_CHUNK', 'A chunk must be a string or a Uint8Array');
        run(current, chunk, false);
        return;
      }
      // Most chunks come here. As a part of run, it would take half as long again as reading a small one.
      busy = true;
      try {
        current.read(chunk);
      } catch (error) {
        stop(current, error);
      }
      busy = false;
      if (current.thrown_) tell(current);
    },

    end(endOptions) {
      checkIdle();
      const flush = endOptions === undefined ? false : checkEndOptions(endOptions);
      if (!stream.refusal_ && !stream.ended_) run(stream, undefined, flush);
    },

    reset() {
      stream.stopped_ = true;
      stream = new Stream(handlers, maxEventSize, stream.lastEventId);
    },

    get lastEventId() {
      return stream.lastEventId;
    },
  };
}

/**
 * By its tag, which says so of another realm's arrays too (a frame's, a worker's, a test runner's), as
 * instanceof does not.
 */
export function isChunk(value: unknown): value is Chunk {
  return (
    typeof value === 'string' || (value as Uint8Array | undefined)?.[Symbol.toStringTag] === 'Uint8Array'
  );
}

function check(valid: boolean, code: EventStreamErrorCode, message: string): void {
  if (!valid) throw new EventStreamError(code, message);
}
