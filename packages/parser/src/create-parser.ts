import { EventStreamError } from './event-stream-error';
import type { Chunk, EventStreamParser, ParserHandlers, ParserOptions } from './event-stream-parser';
import { checkFlush, checkHandlers, checkOptions } from './options';
import { Position, pieceEnd } from './position';
import { RESET, TextReader } from './text-reader';
import { Utf8Decoder } from './utf8-decoder';

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
  const parser = new Parser(handlers, maxEventSize, lastEventId);
  return {
    feed: (chunk) => parser.feed(chunk),
    end: (endOptions) => parser.end(checkFlush(endOptions?.flush)),
    reset: () => parser.reset(),
    get lastEventId() {
      return parser.text.lastEventId;
    },
  };
}

// A class inside, since engines optimize the methods of all its instances together.
class Parser {
  readonly #handlers: ParserHandlers;
  readonly #maxEventSize: number;
  /** Without it, feed inside a handler would read a chunk in the midst of another. */
  #busy = false;
  /** Without it, what follows a refused part of an event, or an end, would make a wrong event. */
  #refusal: unknown;
  // Of this stream; a reset makes new ones.
  #position: Position | undefined;
  #utf8 = new Utf8Decoder();
  text: TextReader;

  constructor(handlers: ParserHandlers, maxEventSize: number, lastEventId: string) {
    this.#handlers = handlers;
    this.#maxEventSize = maxEventSize;
    this.#position = handlers.onIgnored && new Position();
    this.text = new TextReader(handlers, lastEventId, this.#position);
  }

  feed(chunk: Chunk): void {
    this.#refuseNested('feed');
    if (this.#refusal) {
      throw this.#refusal === 'ended'
        ? new EventStreamError('ENDED', 'The stream has ended: reset() comes before the next one')
        : this.#refusal;
    }
    if (!isChunk(chunk)) {
      throw new EventStreamError('INVALID_CHUNK', 'A chunk must be a string or a Uint8Array');
    }
    const { text } = this;
    this.#busy = true;
    try {
      // Characters, or bytes, which are no fewer: what is within the limit all together needs no counting of lines.
      if (this.#position || text.size + this.#utf8.size + chunk.length > this.#maxEventSize)
        this.#readPieces(chunk);
      else if (typeof chunk !== 'string') text.read(this.#utf8.decode(chunk, false));
      else {
        if (this.#utf8.size > 0 && chunk !== '') text.read(this.#utf8.flush());
        text.read(chunk);
      }
    } catch (error) {
      this.#stop(error);
    }
    this.#leave(text);
  }

  end(flush: boolean): void {
    this.#refuseNested('end');
    if (this.#refusal) return;
    const { text } = this;
    this.#busy = true;
    try {
      text.readPiece(this.#utf8.flush(), this.#maxEventSize);
      this.#refusal = 'ended';
      text.end(flush);
    } catch (error) {
      this.#stop(error);
    }
    this.#leave(text);
  }

  reset(): void {
    this.text.stopped = true;
    this.#refusal = undefined;
    this.#position = this.#handlers.onIgnored && new Position();
    this.#utf8 = new Utf8Decoder();
    this.text = new TextReader(this.#handlers, this.text.lastEventId, this.#position);
  }

  /** Line by line, where lines are counted, or their lengths. */
  #readPieces(chunk: Chunk): void {
    const { text } = this;
    for (let start = 0, end: number; start < chunk.length; start = end) {
      end = pieceEnd(chunk, start);
      if (typeof chunk === 'string') {
        const piece = chunk.slice(start, end);
        text.readPiece(this.#utf8.flush(), this.#maxEventSize);
        this.#position?.advance(piece);
        text.readPiece(piece, this.#maxEventSize);
      } else {
        const piece = chunk.subarray(start, end);
        this.#position?.advance(piece);
        text.readPiece(this.#utf8.decode(piece, true), this.#maxEventSize);
      }
    }
  }

  /** A reset has stopped what was read before it; anything else stops what comes after it. */
  #stop(error: unknown): void {
    if (error === RESET) return;
    this.#refusal = error;
    this.text.thrown ??= { error };
  }

  #leave(text: TextReader): void {
    this.#busy = false;
    const { thrown } = text;
    if (thrown === undefined) return;
    text.thrown = undefined;
    throw thrown.error;
  }

  #refuseNested(method: string): void {
    if (!this.#busy) return;
    throw new EventStreamError(
      'REENTRANT',
      `${method}() inside a handler of the same parser: call it afterwards`,
    );
  }
}

/** Also of another realm (a frame, a worker's, a test runner's), where instanceof fails. */
export function isChunk(value: unknown): value is Chunk {
  return (
    typeof value === 'string' ||
    (ArrayBuffer.isView(value) && (value as Uint8Array)[Symbol.toStringTag] === 'Uint8Array')
  );
}
