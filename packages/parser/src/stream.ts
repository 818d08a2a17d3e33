import type { Chunk } from './event-stream-parser';
import { Lines, NOTHING } from './lines';
import { LONG, LONGEST, readWithUnits, utf8Length } from './text-units';
import { find, isEnding, LF } from './units';
import { Utf8Decoder } from './utf8-decoder';

/**
 * In characters: what may come before anything is looked at, and what the strings that wait may keep alive.
 */
const LOOSE = 16 * 1024;
/**
 * In characters: about what an engine needs to join a piece to a string. More than the 3 that an incomplete
 * character may turn out to be.
 */
const JOINT = 32;

/** One event stream, and all that is remembered between two chunks. On each variable: what it prevents. */
export class Stream extends Lines {
  readonly #utf8 = new Utf8Decoder();
  /** Bytes so far, where ignored lines are reported. */
  #position = 0;
  /** The last character before it. Without it, a surrogate pair cut in two would count 6 bytes. */
  #last = '';

  /**
   * Characters that may still come before anything is looked at. Without it, every chunk would be measured.
   */
  spare = 0;
  /** Characters that what waits keeps alive. Without it, a short line could keep its whole chunk for ever. */
  #loose = 0;

  /**
   * Why nothing more is read. Without it, what follows a dropped part of an event would make a wrong event.
   */
  refusal: unknown;
  ended = false;

  /** Whether nothing has to be measured for a chunk of this length, which it counts. */
  takes(length: number): boolean {
    this.spare -= length + JOINT;
    return this.spare >= 0;
  }

  /** Reads a chunk that it takes. */
  read(chunk: Chunk): void {
    const ended = this.#utf8.collect(chunk);
    if (ended === false) this.spare += JOINT;
    else {
      this.#flush(chunk);
      if (!ended) this.#readPiece(chunk, LONGEST);
    }
  }

  /** Reads a chunk, and does what would take too long for every chunk. */
  readCarefully(chunk: Chunk): void {
    const counts = this.handlers.onIgnored;
    this.#loose -= this.spare + chunk.length;
    for (let start = 0; start < chunk.length; start += LONGEST) {
      const piece = cut(chunk, start, start + LONGEST);
      this.#flush(piece);
      if (counts) this.#readCounting(piece);
      else this.#readPiece(piece);
      this.#loose += piece.length;
      if (this.#loose > LOOSE + 1.5 * this.size) this.#copy();
    }
    this.spare = counts ? 0 : Math.min(LOOSE, this.max - this.size);
    this.#loose += this.spare;
  }

  /**
   * Engines make a slice a view into what it was cut from, and of what is joined a chain of its parts.
   * Copying what waits once it keeps alive half as much again as itself bounds the memory, in linear time.
   */
  #copy(): void {
    this.#loose = this.size;
    this.rest = copy(this.rest);
    this.data = copy(this.data);
    this.type = copy(this.type);
    this.id = copy(this.id);
    this.lastEventId = copy(this.lastEventId);
  }

  /** Nothing in it can be too large before `limit`. */
  #readPiece(piece: Chunk, limit = this.max - this.size): void {
    if (typeof piece !== 'string') {
      const text = this.#utf8.decode(piece);
      this.readText(text, this.#utf8.aligned ? piece : text, limit);
    } else if (piece.length < LONG) {
      this.readText(piece, piece, limit);
    } else {
      readWithUnits(this, piece, limit);
    }
  }

  /** Line by line, counting lines and bytes. */
  #readCounting(piece: Chunk): void {
    for (let start = 0, end = 0; start < piece.length; start = end) {
      end = find(piece, start, true) + 1;
      const line = cut(piece, start, end);
      if (typeof line === 'string') {
        this.#position += utf8Length(this.#last + line) - utf8Length(this.#last);
        this.#last = line.slice(-1);
        this.#readLine(line);
      } else {
        this.#position += line.length;
        this.#last = '';
        this.#readLine(this.#utf8.decode(line));
      }
    }
  }

  /** A line or a part of it, up to the position. */
  #readLine(piece: string): void {
    let text = piece;
    if (text.charCodeAt(0) === this.skip) {
      this.offset = this.skip === LF ? this.#position : 3;
      this.skip = NOTHING;
      text = text.slice(1);
    }
    this.#readPiece(text);
    if (!isEnding(text.charCodeAt(text.length - 1))) return;
    this.offset = this.#position;
    this.lineNumber++;
  }

  /** [spec] "Once the end of the file is reached, any pending data must be discarded." Or it is flushed. */
  end(flush: boolean): void {
    this.#flush('');
    this.ended = true;
    const line = this.rest;
    if (flush) {
      if (line !== '') this.#readLine('\n');
      this.dispatch();
    } else if (this.size > 0 || this.id !== undefined) {
      this.ignore('unfinished-block', line);
    }
    this.drop();
  }

  /** Takes nothing more, and lets go of what waits. */
  drop(): void {
    this.spare = -1;
    this.rest = this.data = this.type = '';
  }

  /** Reads what the decoder holds; an incomplete character too, if no bytes follow. */
  #flush(next: Chunk): void {
    const utf8 = this.#utf8;
    if (utf8.size > 0) this.#readPiece(utf8.take());
    if (typeof next === 'string' && utf8.cut) this.#readPiece(utf8.flush());
  }
}

/** A view, of text and of bytes. */
const cut = (chunk: Chunk, start: number, end: number) =>
  typeof chunk === 'string' ? chunk.slice(start, end) : chunk.subarray(start, end);

/** The slice of a joined string is one of a new, flat copy. */
const copy = <T extends string | undefined>(text: T) => (text ? ` ${text}`.slice(1) : text) as T;
