import { EventStreamError } from './event-stream-error';
import type { IgnoredLine, ParserHandlers } from './event-stream-parser';
import { afterEnding, find, isData, isEnding, isEvent, valueIn } from './line';
import type { Position } from './position';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const BYTE_ORDER_MARK = 0xfeff;
/** In characters: what waits may keep alive so many, beside as many as itself. */
const LOOSE = 32 * 1024;
/** In characters: about what an engine needs to join a piece to a string. */
const JOINT = 32;
/** What a reset from inside a handler throws through the reader. */
export const RESET = {};

/** Reads one stream of text, cut anywhere, and calls the handlers. */
export class TextReader {
  // All that is remembered between two chunks. Without each of them,

  /**
   * a CR and an LF in two chunks would be two line endings, or a U+FEFF in the midst would be a byte order mark: the
   * character that is nothing if it comes next.
   */
  #skip = BYTE_ORDER_MARK;
  /** a line cut by a chunk would be two lines, */
  #line = '';
  /** the lines of an event would be events. [spec] "a data buffer": it has an LF after each line. */
  #data = '';
  /** [spec] "an event type buffer". Reset by every blank line, or it would name the next event. */
  #type = '';
  /** The block's own id. Apart from lastEventId, or an id would count before its block is complete. */
  #id: string | undefined;
  /** Characters that may be kept alive by what waits: without it, a short line could keep its chunk for ever. */
  #loose = 0;

  /** [spec] "a last event ID buffer". Not reset by blank lines, or events without an id would lose it. */
  lastEventId: string;
  /** What a handler threw first. Boxed, since anything can be thrown, undefined too. */
  thrown: { error: unknown } | undefined;
  /** Set by a reset. Without it, one from inside a handler would let the rest of the chunk into the new stream. */
  stopped = false;

  readonly #handlers: ParserHandlers;
  readonly #position: Position | undefined;

  constructor(handlers: ParserHandlers, lastEventId: string, position: Position | undefined) {
    this.#handlers = handlers;
    this.lastEventId = lastEventId;
    this.#position = position;
  }

  /** In characters, what `maxEventSize` limits. */
  get size(): number {
    return this.#line.length + this.#data.length;
  }

  /** Reads a piece of one line, and counts. @throws EventStreamError `EVENT_TOO_LARGE` */
  readPiece(text: string, maxEventSize: number): void {
    const skipped = text.charCodeAt(0) === this.#skip;
    const mark = skipped && this.#skip === BYTE_ORDER_MARK;
    const ended = text !== '' && isEnding(text, text.length - 1);
    if (this.size + text.length - Number(ended) - Number(mark) > maxEventSize) {
      this.#line = this.#data = '';
      throw new EventStreamError(
        'EVENT_TOO_LARGE',
        `An event or a line has more than maxEventSize (${maxEventSize}) characters: raise it, or reset()`,
      );
    }
    const position = this.#position;
    if (position && mark) position.lineStart = 3;
    this.read(text);
    if (position && ended) {
      position.lineStart = position.offset;
      if (!skipped || mark) position.lineNumber++;
    }
  }

  /** Reads each line as soon as its ending begins. */
  read(text: string): void {
    const { length } = text;
    if (length === 0) return;
    // [spec] "The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark (BOM), if any."
    // [spec] "a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character pair": the CR has ended the line, at once.
    let start = text.charCodeAt(0) === this.#skip ? 1 : 0;
    this.#skip = text.charCodeAt(length - 1) === CR ? LF : -1;
    // The next of each kind, searched again only once it is consumed: or a text with one kind of ending would be
    // searched for the other one line after line, to its end.
    let lf = find(text, '\n', start);
    let cr = find(text, '\r', start);
    if (this.#line !== '') {
      // Only this line is joined; the others are read where they are.
      const end = Math.min(lf, cr);
      const line = this.#line + text.slice(0, end);
      if (end === length) {
        this.#line = line;
        this.#hold(JOINT);
        return;
      }
      this.#line = '';
      start = afterEnding(text, end);
      const blank = start < length && isEnding(text, start);
      this.#readLine(line, blank);
      if (blank) start = afterEnding(text, start);
    }
    while (start < length) {
      if (lf < start) lf = find(text, '\n', start);
      if (cr < start) cr = find(text, '\r', start);
      const end = Math.min(lf, cr);
      if (end === length) break;
      const next = end === lf ? end + 1 : afterEnding(text, end);
      // Mostly a blank line follows, which needs no search.
      const blank = next < length && isEnding(text, next);
      // The common lines, where they are: what #readLine would do with them.
      if (isData(text, start)) {
        // Its own LF comes with a line, unless it is the last, where dispatch would have to take it off again.
        if (blank) this.#dispatch(valueIn(text, start + 5, end));
        else this.#data += end === lf ? valueIn(text, start + 5, next) : `${valueIn(text, start + 5, end)}\n`;
      } else {
        if (isEvent(text, start)) this.#type = valueIn(text, start + 6, end);
        else if (this.#handlers.onComment || text.charCodeAt(start) !== COLON)
          this.#readLine(text.slice(start, end), false);
        if (blank) this.#dispatch();
      }
      start = blank ? afterEnding(text, next) : next;
    }
    if (start < length) this.#line = text.slice(start);
    this.#hold(length);
  }

  /**
   * A line without its ending, and the blank line after it, if there is one.
   *
   * [spec] "Lines must be processed, in the order they are received, as follows"
   */
  #readLine(line: string, blank: boolean): void {
    const colon = line.indexOf(':');
    // [spec] "does not contain a U+003A COLON character (:): [use] the whole line as the field name, and the empty
    // string as the field value"
    const name = colon < 0 ? line : line.slice(0, colon);
    // [spec] "If value starts with a U+0020 SPACE character, remove it from value."
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    // [spec] "Field names must be compared literally, with no case folding performed."
    switch (name) {
      // [spec] "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character"
      case 'data':
        if (blank) {
          this.#dispatch(value);
          return;
        }
        this.#data += `${value}\n`;
        break;
      // [spec] "Set the event type buffer to the field value."
      case 'event':
        this.#type = value;
        break;
      // [spec] "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value."
      case 'id':
        if (value.includes('\0')) this.#ignore('nul-in-id', line);
        else this.#id = value;
        break;
      // [spec] "If the field value consists of only ASCII digits, then interpret the field value as an integer in base
      // ten, and set the event stream's reconnection time to that integer." No digit at all is no integer.
      case 'retry':
        if (/^[0-9]+$/.test(value)) this.#call('onRetry', Math.min(Number(value), Number.MAX_SAFE_INTEGER));
        else this.#ignore('bad-retry', line);
        break;
      case '':
        // [spec] "If the line is empty (a blank line): Dispatch the event"
        if (colon < 0) this.#dispatch();
        // [spec] "If the line starts with a U+003A COLON character (:): Ignore the line."
        else this.#call('onComment', value);
        break;
      // [spec] "Otherwise: The field is ignored."
      default:
        this.#ignore('unknown-field', line);
    }
    if (blank) this.#dispatch();
  }

  /** [spec] "When the user agent is required to dispatch the event". `last` is a data line not in the data buffer. */
  #dispatch(last?: string): void {
    const id = this.#id;
    const type = this.#type;
    let data = this.#data;
    const withData = last !== undefined || data !== '';
    // Step 3, "if the data buffer's last character is a U+000A LINE FEED (LF) character, remove [it]"
    if (last === undefined) data = data.slice(0, -1);
    else data = data === '' ? last : data + last;
    // Steps 2 and 7, "Set the data buffer and the event type buffer to the empty string": before any handler runs.
    if (this.#data !== '') this.#data = '';
    if (type !== '') this.#type = '';
    // Step 1, "Set the last event ID string of the event source to the value of the last event ID buffer": with or
    // without data.
    if (id !== undefined) {
      this.lastEventId = id;
      this.#id = undefined;
      this.#call('onLastEventId', id);
    }
    const { lastEventId } = this;
    // Steps 4 to 6, "Initialize event's type attribute to "message" [...] If the event type buffer has a value other
    // than the empty string, change the type"
    if (withData) {
      try {
        this.#handlers.onEvent?.({ type: type === '' ? 'message' : type, data, lastEventId, id });
      } catch (error) {
        this.thrown ??= { error };
      }
      if (this.stopped) throw RESET;
    }
    // Step 2, "If the data buffer is an empty string, [...] return."
    else if (type !== '') this.#ignore('type-without-data', '');
  }

  /** [spec] "Once the end of the file is reached, any pending data must be discarded." Unless it is to be flushed. */
  end(flush: boolean): void {
    const line = this.#line;
    if (flush) {
      if (line !== '') this.readPiece('\n', Infinity);
      this.#dispatch();
    } else if (this.size > 0 || this.#type !== '' || this.#id !== undefined) {
      this.#line = this.#data = '';
      this.#ignore('unfinished-block', line);
    }
  }

  #ignore(reason: IgnoredLine['reason'], line: string): void {
    if (!this.#position) return;
    const { lineNumber, lineStart } = this.#position;
    this.#call('onIgnored', { reason, line, lineNumber, offset: lineStart });
  }

  /** What a handler throws must not keep the rest from being read; a reset must. */
  #call<N extends keyof ParserHandlers>(name: N, value: Parameters<NonNullable<ParserHandlers[N]>>[0]): void {
    try {
      (this.#handlers as Record<N, ((argument: typeof value) => void) | undefined>)[name]?.(value);
    } catch (error) {
      this.thrown ??= { error };
    }
    if (this.stopped) throw RESET;
  }

  /**
   * Engines make a slice a view into its chunk, and of what is joined a chain of its pieces. Copying what waits
   * once it may keep alive as much again bounds the memory, in linear time.
   */
  #hold(characters: number): void {
    this.#loose += characters;
    if (this.#loose < LOOSE || this.#loose < LOOSE + this.size) return;
    this.#loose = 0;
    this.#line = copy(this.#line);
    this.#data = copy(this.#data);
    this.lastEventId = copy(this.lastEventId);
  }
}

/** The slice of a joined string is one of a new, flat copy. */
const copy = (text: string) => ` ${text}`.slice(1);
