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
  spare_ = 0;
  /** Characters that what waits keeps alive. Without it, a short line could keep its whole chunk for ever. */
  #loose = 0;

  /**
   * Why nothing more is read. Without it, what follows a dropped part of an event would make a wrong event.
   */
  refusal_: unknown;
  ended_ = false;

  /** Whether nothing has to be measured for a chunk of this length, which it counts. */
  takes_(length: number): boolean {
    this.spare_ -= length + JOINT;
    return this.spare_ >= 0;
  }

  /** Reads a chunk that it takes. */
  read(chunk: Chunk): void {
    const ended = this.#utf8.collect_(chunk);
    if (ended === false) this.spare_ += JOINT;
    else {
      this.#flush(chunk);
      if (!ended) this.#readPiece(chunk, LONGEST);
    }
  }

  /** Reads a chunk, and does what would take too long for every chunk. */
  readCarefully_(chunk: Chunk): void {
    const counts = this.handlers_.onIgnored;
    this.#loose -= this.spare_ + chunk.length;
    for (let start = 0; start < chunk.length; start += LONGEST) {
      const piece = cut(chunk, start, start + LONGEST);
      this.#flush(piece);
      if (counts) this.#readCounting(piece);
      else this.#readPiece(piece);
      this.#loose += piece.length;
      if (this.#loose > LOOSE + 1.5 * this.size_) this.#copy();
    }
    this.spare_ = counts ? 0 : Math.min(LOOSE, this.max_ - this.size_);
    this.#loose += this.spare_;
  }

  /**
   * Engines make a slice a view into what it was cut from, and of what is joined a chain of its parts.
   * Copying what waits once it keeps alive half as much again as itself bounds the memory, in linear time.
   */
  #copy(): void {
    this.#loose = this.size_;
    this.rest_ = copy(this.rest_);
    this.data = copy(this.data);
    this.type = copy(this.type);
    this.id = copy(this.id);
    this.lastEventId = copy(this.lastEventId);
  }

  /** Nothing in it can be too large before `limit`. */
  #readPiece(piece: Chunk, limit = this.max_ - this.size_): void {
    if (typeof piece !== 'string') {
      const text = this.#utf8.decode(piece);
      this.readText_(text, this.#utf8.aligned_ ? piece : text, limit);
    } else if (piece.length < LONG) {
      this.readText_(piece, piece, limit);
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
    if (text.charCodeAt(0) === this.skip_) {
      this.offset = this.skip_ === LF ? this.#position : 3;
      this.skip_ = NOTHING;
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
    this.ended_ = true;
    const line = this.rest_;
    if (flush) {
      if (line !== '') this.#readLine('\n');
      this.dispatch_();
    } else if (this.size_ > 0 || this.id !== undefined) {
      this.ignore_('unfinished-block', line);
    }
    this.drop_();
  }

  /** Takes nothing more, and lets go of what waits. */
  drop_(): void {
    this.spare_ = -1;
    this.rest_ = this.data = this.type = '';
  }

  /** Reads what the decoder holds; an incomplete character too, if no bytes follow. */
  #flush(next: Chunk): void {
    const utf8 = this.#utf8;
    if (utf8.size_ > 0) this.#readPiece(utf8.take_());
    if (typeof next === 'string' && utf8.cut_) this.#readPiece(utf8.flush());
  }
}

/** A view, of text and of bytes. */
const cut = (chunk: Chunk, start: number, end: number) =>
  typeof chunk === 'string' ? chunk.slice(start, end) : chunk.subarray(start, end);

/** The slice of a joined string is one of a new, flat copy. */
const copy = <T extends string | undefined>(text: T) => (text ? ` ${text}`.slice(1) : text) as T;
