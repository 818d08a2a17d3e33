import { discardBlock, dispatch, readLine } from './block';
import { describe, EventStreamError } from './event-stream-error';
import type { Chunk, EventStreamParser, ParserHandlers, ParserOptions } from './event-stream-parser';
import { splitLines } from './line-splitter';
import { checkFlush, checkHandlers, checkOptions } from './options';
import { Position, pieceEnd } from './position';
import { StreamState } from './stream-state';

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
  // Boxed, since anything can be thrown, undefined too.
  let thrown: { error: unknown } | undefined;
  const guarded = checkHandlers(handlers, (handler) => (value) => {
    try {
      handler(value);
    } catch (error) {
      thrown ??= { error };
    }
  });
  const newState = (id: string) => new StreamState(id, guarded.onIgnored && new Position());
  let state = newState(lastEventId);
  let busy = false;

  function readText(text: string): void {
    const stream = state;
    if (splitLines(stream, text, maxEventSize, (line) => readLine(stream, guarded, line))) return;
    stream.discard();
    stream.refusal = new EventStreamError(
      'EVENT_TOO_LARGE',
      `An event or line of the stream has more than maxEventSize (${maxEventSize}) characters. ` +
        'Raise maxEventSize if such events are expected; reset() makes ready for a new stream',
    );
  }

  function readChunk(chunk: Chunk): void {
    if (typeof chunk !== 'string') {
      readText(state.utf8.decode(chunk));
    } else if (chunk !== '') {
      readText(state.utf8.flush() + chunk);
    }
  }

  /** With a position, line by line: an offset in bytes cannot be told from decoded text. */
  function readByLine(chunk: Chunk, position: Position): void {
    const stream = state;
    let start = 0;
    while (start < chunk.length && !stream.abandoned && stream.refusal === undefined) {
      const end = pieceEnd(chunk, start);
      const piece = typeof chunk === 'string' ? chunk.slice(start, end) : chunk.subarray(start, end);
      position.advance(piece);
      readChunk(piece);
      start = end;
    }
  }

  /** One turn at a time; the handlers' first error, or the stream's, comes out at its end. */
  function run(turn: () => void): void {
    const stream = state;
    busy = true;
    try {
      turn();
    } finally {
      busy = false;
    }
    const first = thrown;
    thrown = undefined;
    if (first !== undefined) throw first.error;
    if (stream.refusal instanceof EventStreamError) throw stream.refusal;
  }

  function refuseNested(method: string): void {
    if (!busy) return;
    throw new EventStreamError(
      'REENTRANT',
      `${method}() was called from inside a handler of the same parser: call it after feed() has returned`,
    );
  }

  return {
    feed(chunk) {
      refuseNested('feed');
      if (state.refusal === 'ended') {
        throw new EventStreamError('ENDED', 'The stream has ended: call reset() before the next stream');
      }
      if (state.refusal !== undefined) throw state.refusal;
      if (!isChunk(chunk)) {
        throw new EventStreamError(
          'INVALID_CHUNK',
          `A chunk must be a string or a Uint8Array, not ${describe(chunk)}`,
        );
      }
      const { position } = state;
      run(() => (position === undefined ? readChunk(chunk) : readByLine(chunk, position)));
    },

    end(endOptions) {
      refuseNested('end');
      const flush = checkFlush(endOptions?.flush);
      if (state.refusal !== undefined) return;
      const stream = state;
      run(() => {
        readText(stream.utf8.flush());
        if (stream.refusal !== undefined) return;
        stream.refusal = 'ended';
        if (flush && stream.line.size > 0) readText('\n');
        if (stream.abandoned) return;
        if (flush) dispatch(stream, guarded);
        else discardBlock(stream, guarded);
      });
    },

    reset() {
      state.abandoned = true;
      state = newState(state.lastEventId);
    },

    get lastEventId() {
      return state.lastEventId;
    },
  };
}

/** Also of another realm (a frame, a worker's, a test runner's), where instanceof fails. */
export function isChunk(value: unknown): value is Chunk {
  return (
    typeof value === 'string' ||
    value instanceof Uint8Array ||
    (ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]')
  );
}
