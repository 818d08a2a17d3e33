import { Block } from './block';
import { EventStreamError } from './event-stream-error';
import type { Chunk, ParserHandlers } from './event-stream-parser';
import { afterBlank, afterEnding, afterSpace, CR, isData, isEvent, isId, LF, unitAt } from './units';
import { Utf8Decoder } from './utf8-decoder';

const COLON = 0x3a;
const BYTE_ORDER_MARK = 0xfeff;
const NOTHING = -1;
/** In characters: what waits may keep alive so many, beside twice as many as itself. */
const LOOSE = 32 * 1024;
/** In characters: about what an engine needs to join a piece to a string. */
const JOINT = 32;
/** In characters. Shorter pieces of a line are searched character by character. */
const TINY = 4;

/** One event stream, and all that is remembered between two of its chunks. On each variable: what it prevents. */
export class Stream extends Block {
  /**
   * The character that is nothing if it comes next. Without it, a CR and an LF in two chunks would be two line endings,
   * and a byte order mark would be text, or a U+FEFF in the midst no text.
   */
  #skip = BYTE_ORDER_MARK;
  /** What was read of an unfinished line. Without it, a line cut by a chunk would be two lines. */
  #line = '';
  readonly #utf8 = new Utf8Decoder();
  /** Bytes so far, where ignored lines are reported. */
  #offset = 0;
  /** The last character before it. Without it, the halves of a surrogate pair in two chunks would count 6 bytes. */
  #last = '';

  /** Characters that what waits may keep alive. Without it, a short line could keep its whole chunk for ever. */
  #loose = 0;
  /** From where on #loose is looked at. Without it, every chunk would be measured. */
  #limit = 0;
  readonly #maxEventSize: number;

  /** Why nothing more is read. Without it, what follows a dropped part of an event would make a wrong event. */
  refusal: unknown;
  ended = false;

  constructor(handlers: ParserHandlers, maxEventSize: number, lastEventId: string) {
    super(handlers, lastEventId);
    this.#maxEventSize = maxEventSize;
  }

  feed(chunk: Chunk): void {
    this.#loose += chunk.length + JOINT;
    if (this.#loose > this.#limit) this.#feedCarefully(chunk);
    else this.#feed(chunk);
  }

  #feed(chunk: Chunk): void {
    if (typeof chunk !== 'string') {
      this.#readBytes(chunk, false);
    } else if (chunk !== '') {
      if (this.#utf8.used) this.#flush();
      this.#read(chunk, chunk);
    }
  }

  /** Does what would take too long for every chunk. */
  #feedCarefully(chunk: Chunk): void {
    const { onIgnored } = this.handlers;
    // What is within the limit all together needs no counting line by line.
    if (onIgnored || chunk.length > this.#room) this.#feedPieces(chunk);
    else this.#feed(chunk);
    // Engines make a slice a view into its chunk, and of what is joined a chain of its pieces. Copying what waits once
    // it may keep alive twice as much bounds the memory, in linear time.
    if (this.#loose > LOOSE + 2 * this.#size) {
      this.#loose = 0;
      this.#line = copy(this.#line);
      this.data = copy(this.data);
      this.lastEventId = copy(this.lastEventId);
    }
    this.#limit = onIgnored ? 0 : this.#loose + Math.min(LOOSE, this.#room);
  }

  /** Line by line. */
  #feedPieces(chunk: Chunk): void {
    for (let start = 0, end = 0; start < chunk.length; start = end) {
      end = afterEnding(chunk, start);
      if (typeof chunk === 'string') {
        const piece = chunk.slice(start, end);
        this.#flush();
        this.#offset += utf8Length(this.#last + piece) - utf8Length(this.#last);
        this.#last = piece.slice(-1);
        this.#readPiece(piece);
      } else {
        this.#offset += end - start;
        this.#last = '';
        this.#readBytes(chunk.subarray(start, end), true);
      }
    }
  }

  /** [spec] "Once the end of the file is reached, any pending data must be discarded." Unless it is to be flushed. */
  end(flush: boolean): void {
    this.#flush();
    this.ended = true;
    const line = this.#line;
    if (flush) {
      if (line !== '') this.#readPiece('\n');
      this.dispatch();
    } else if (this.#size > 0 || this.type !== '' || this.id !== undefined) {
      this.#line = this.data = '';
      this.ignore('unfinished-block', line);
    }
  }

  /** Text follows the bytes, or nothing: an incomplete character stays incomplete. */
  #flush(): void {
    this.#readPiece(this.#utf8.decode(this.#utf8.take()));
    this.#readPiece(this.#utf8.flush());
  }

  #readBytes(chunk: Uint8Array, asPiece: boolean): void {
    const utf8 = this.#utf8;
    let bytes = chunk;
    if (utf8.fits(chunk)) {
      if (!utf8.collect(chunk) && !asPiece) return;
      bytes = utf8.take();
    } else if (utf8.size > 0) {
      this.#readPiece(utf8.decode(utf8.take()));
    }
    const text = utf8.decode(bytes);
    if (asPiece) this.#readPiece(text);
    else this.#read(text, utf8.aligned ? bytes : text);
  }

  /** A line or a part of it, measured. @throws EventStreamError `EVENT_TOO_LARGE`, however the stream is cut */
  #readPiece(piece: string): void {
    let text = piece;
    if (text.charCodeAt(0) === this.#skip) {
      this.lineStart = this.#skip === LF ? this.#offset : 3;
      this.#skip = NOTHING;
      text = text.slice(1);
    }
    const ended = /[\r\n]$/.test(text);
    if (this.#size + text.length - Number(ended) > this.#maxEventSize) {
      this.#line = this.data = '';
      throw new EventStreamError(
        'EVENT_TOO_LARGE',
        `An event or line has more than maxEventSize (${this.#maxEventSize}) characters`,
      );
    }
    this.#read(text, text);
    if (ended) {
      this.lineStart = this.#offset;
      this.lineNumber++;
    }
  }

  /**
   * Reads each line as soon as its ending begins. `units` is the text once more, or its bytes where each is a
   * character: these are faster to look at.
   */
  #read(text: string, units: Chunk): void {
    const { length } = text;
    // The first line may have begun before; only that is joined, the others are read where they are.
    let begun = this.#line !== '';
    if (length === 0 || (begun && length < TINY && afterEnding(units, 0, NOTHING) < 0)) {
      this.#line += text;
      return;
    }
    // [spec] "The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark (BOM), if any."
    // [spec] "a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character pair": the CR has ended the line, at once.
    let start = this.#skip !== NOTHING && unitAt(units, 0) === this.#skip ? 1 : 0;
    // The next of each kind, searched again only once it is consumed: or a text with one kind of ending would be
    // searched for the other one line after line, to its end.
    let lf = text.indexOf('\n', start);
    let cr = text.indexOf('\r', start);
    this.#skip = cr >= 0 && unitAt(units, length - 1) === CR ? LF : NOTHING;
    while (start < length) {
      if (lf >= 0 && lf < start) lf = text.indexOf('\n', start);
      if (cr >= 0 && cr < start) cr = text.indexOf('\r', start);
      // The smaller one, -1 being none.
      const end = lf >>> 0 < cr >>> 0 ? lf : cr;
      if (end < 0) break;
      // An LF at once behind it makes a pair with it, which is then a CR.
      const next = lf === end + 1 ? end + 2 : end + 1;
      // Mostly a blank line follows, which needs no search.
      const after = afterBlank(units, next);
      const blank = after > next;
      if (begun) {
        begun = false;
        const line = this.#line + text.slice(start, end);
        this.#line = '';
        this.readLine(line, blank);
      } else if (isData(units, start)) {
        // This and what follows is as in readLine, without a slice for the line and a search in it.
        const value = afterSpace(units, start + 5);
        // The LF of the line comes with it, but for a last line: dispatch would take it off again.
        if (blank) this.dispatch(text.slice(value, end));
        else this.data += end === lf ? text.slice(value, next) : `${text.slice(value, end)}\n`;
      } else if (unitAt(units, start) === COLON && !this.handlers.onComment) {
        if (blank) this.dispatch();
      } else if (isEvent(units, start)) {
        this.type = text.slice(afterSpace(units, start + 6), end);
        if (blank) this.dispatch();
      } else {
        const line = text.slice(start, end);
        if (isId(units, start) && !line.includes('\0')) {
          this.id = line.slice(line[3] === ' ' ? 4 : 3);
          if (blank) this.dispatch();
        } else {
          this.readLine(line, blank);
        }
      }
      start = after;
    }
    if (start === 0) {
      // A piece of a line keeps nothing alive but itself.
      this.#line += text;
      this.#loose -= length;
      this.#limit -= length;
    } else if (start < length) {
      this.#line = text.slice(start);
    }
  }

  /** In characters, what `maxEventSize` limits. */
  get #size(): number {
    return this.#line.length + this.data.length;
  }

  /** What is left of it, at least: bytes are no fewer than characters, and an incomplete character has up to 3. */
  get #room(): number {
    return this.#maxEventSize - this.#size - this.#utf8.size - 3;
  }
}

/** The slice of a joined string is one of a new, flat copy. */
const copy = (text: string) => ` ${text}`.slice(1);

const utf8Length = (text: string) => new TextEncoder().encode(text).length;
