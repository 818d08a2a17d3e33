import { Block } from './block';
import { EventStreamError } from './event-stream-error';
import type { Chunk, ParserHandlers } from './event-stream-parser';
import { LONG, LONGEST, withUnits } from './text-units';
import {
  afterBlank,
  afterEnding,
  afterSpace,
  CR,
  isData,
  isEnding,
  isEvent,
  isId,
  LF,
  unitAt,
} from './units';
import { Utf8Decoder } from './utf8-decoder';

const COLON = 0x3a;
const BYTE_ORDER_MARK = 0xfeff;
const NOTHING = -1;
const UNKNOWN = -2;
/** In characters: what waits may keep alive so many, beside twice as many as itself. */
const LOOSE = 32 * 1024;
/** In characters: about what an engine needs to join a piece to a string. */
const JOINT = 32;

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
  #position = 0;
  /** The last character before it. Without it, the halves of a surrogate pair in two chunks would count 6 bytes. */
  #last = '';

  /** Characters that what waits may keep alive. Without it, a short line could keep its whole chunk for ever. */
  #loose = 0;
  /** Characters that may still come before anything is measured. Without it, every chunk would be. */
  spare = 0;
  /** What it was at first: the difference has come since. */
  #spareAtFirst = 0;
  readonly #maxEventSize: number;

  /** Why nothing more is read. Without it, what follows a dropped part of an event would make a wrong event. */
  refusal: unknown;
  ended = false;

  constructor(handlers: ParserHandlers, maxEventSize: number, lastEventId: string) {
    super(handlers, lastEventId);
    this.#maxEventSize = maxEventSize;
  }

  /** Whether nothing has to be measured for a chunk of this length, which it counts. */
  takes(length: number): boolean {
    this.spare -= length + JOINT;
    return this.spare >= 0;
  }

  /** Reads a chunk that it takes. */
  read(chunk: Chunk): void {
    const utf8 = this.#utf8;
    const ended = utf8.collect(chunk);
    if (ended === false) return;
    const whole = ended ? utf8.take() : chunk;
    if (!ended) this.#flush(chunk);
    if (typeof whole !== 'string') {
      const text = utf8.decode(whole);
      this.#read(text, utf8.aligned ? whole : text);
    } else if (whole.length < LONG || whole.length > LONGEST) {
      this.#read(whole, whole);
    } else {
      this.#readLong(whole);
    }
  }

  /** Apart, since engines pay for a closure from the start of the function that may make it. */
  #readLong(text: string): void {
    withUnits(text, (units) => this.#read(text, units));
  }

  /** Reads a chunk, and does what would take too long for every chunk. */
  readCarefully(chunk: Chunk): void {
    this.#loose += this.#spareAtFirst - this.spare;
    const { onIgnored } = this.handlers;
    // What is within the limit all together needs no counting line by line.
    if (onIgnored || chunk.length > this.#room) this.#readPieces(chunk);
    else this.read(chunk);
    // Engines make a slice a view into its chunk, and of what is joined a chain of its pieces. Copying what waits once
    // it may keep alive twice as much bounds the memory, in linear time.
    if (this.#loose > LOOSE + 2 * this.#size) {
      this.#loose = 0;
      this.#line = copy(this.#line);
      this.data = copy(this.data);
      this.lastEventId = copy(this.lastEventId);
    }
    this.spare = this.#spareAtFirst = onIgnored ? 0 : Math.min(LOOSE, this.#room);
  }

  /** Line by line. */
  #readPieces(chunk: Chunk): void {
    for (let start = 0, end = 0; start < chunk.length; start = end) {
      this.#flush(chunk);
      end = afterEnding(chunk, start);
      if (typeof chunk === 'string') {
        const piece = chunk.slice(start, end);
        this.#position += utf8Length(this.#last + piece) - utf8Length(this.#last);
        this.#last = piece.slice(-1);
        this.#readPiece(piece);
      } else {
        this.#position += end - start;
        this.#last = '';
        this.#readPiece(this.#utf8.decode(chunk.subarray(start, end)));
      }
    }
  }

  /** [spec] "Once the end of the file is reached, any pending data must be discarded." Unless it is to be flushed. */
  end(flush: boolean): void {
    this.#flush('');
    this.ended = true;
    this.spare = -1;
    const line = this.#line;
    if (flush) {
      if (line !== '') this.#readPiece('\n');
      this.dispatch();
    } else if (this.#size > 0 || this.type !== '' || this.id !== undefined) {
      this.#line = this.data = '';
      this.ignore('unfinished-block', line);
    }
  }

  /** Reads what the decoder holds; an incomplete character too, if no bytes follow. */
  #flush(next: Chunk): void {
    const utf8 = this.#utf8;
    if (utf8.size > 0) this.#readPiece(utf8.decode(utf8.take()));
    if (typeof next === 'string' && utf8.cut) this.#readPiece(utf8.flush());
  }

  /** A line or a part of it, measured. @throws EventStreamError `EVENT_TOO_LARGE`, however the stream is cut */
  #readPiece(piece: string): void {
    let text = piece;
    if (text.charCodeAt(0) === this.#skip) {
      this.offset = this.#skip === LF ? this.#position : 3;
      this.#skip = NOTHING;
      text = text.slice(1);
    }
    const ended = isEnding(text.charCodeAt(text.length - 1));
    if (this.#size + text.length - Number(ended) > this.#maxEventSize) {
      this.#line = this.data = '';
      throw new EventStreamError(
        'EVENT_TOO_LARGE',
        `An event or line has more than maxEventSize (${this.#maxEventSize}) characters`,
      );
    }
    this.#read(text, text);
    if (ended) {
      this.offset = this.#position;
      this.lineNumber++;
    }
  }

  /**
   * Reads each line as soon as its ending begins. `units` is the text once more, or its bytes where each is a
   * character: these are faster to look at.
   */
  #read(text: string, units: Chunk): void {
    const { length } = text;
    if (length === 0) return;
    // The first line may have begun before; only that is joined, the others are read where they are.
    let begun = this.#line !== '';
    // [spec] "The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark (BOM), if any."
    // [spec] "a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character pair": the CR has ended the line, at once.
    let start = this.#skip !== NOTHING && unitAt(units, 0) === this.#skip ? 1 : 0;
    // The next of each kind, searched again only once it is consumed: or a text with one kind of ending would be
    // searched for the other one line after line, to its end.
    let lf = text.indexOf('\n', start);
    let cr = text.indexOf('\r', start);
    /** Searched at the first id. Where there is one at all, ids are looked at one by one. */
    let nul = UNKNOWN;
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
      let last: string | undefined;
      if (begun) {
        begun = false;
        const line = this.#line + text.slice(start, end);
        this.#line = '';
        last = this.readLine(line, blank);
      } else if (isData(units, start)) {
        // This and what follows is as in readLine, without a slice for the line and a search in it.
        const value = afterSpace(units, start + 5);
        // The LF of the line comes with it, but for a last line: dispatch would take it off again.
        if (blank) last = text.slice(value, end);
        else {
          this.begun = true;
          this.data += end === lf ? text.slice(value, next) : `${text.slice(value, end)}\n`;
        }
      } else if (typeof units === 'string') {
        last = this.readLine(text.slice(start, end), blank);
      } else if (units[start] !== COLON || this.handlers.onComment) {
        if (isId(units, start)) {
          if (nul === UNKNOWN) nul = text.indexOf('\0');
          if (nul === NOTHING) {
            this.begun = true;
            this.id = text.slice(afterSpace(units, start + 3), end);
          } else {
            last = this.readLine(text.slice(start, end), blank);
          }
        } else if (isEvent(units, start)) {
          this.begun = true;
          this.type = text.slice(afterSpace(units, start + 6), end);
        } else {
          last = this.readLine(text.slice(start, end), blank);
        }
      }
      // Not after a comment by itself.
      if (blank && (last !== undefined || this.begun)) this.dispatch(last);
      start = after;
    }
    if (start === 0) {
      // A piece of a line keeps nothing alive but itself.
      this.#line += text;
      this.#loose -= length;
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
