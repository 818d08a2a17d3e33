import { Block } from './block';
import { EventStreamError } from './event-stream-error';
import type { Chunk } from './event-stream-parser';
import { afterBlank, afterSpace, CR, find, isData, isEvent, isId, LF, unitAt } from './units';

const COLON = 0x3a;
const BYTE_ORDER_MARK = 0xfeff;
export const NOTHING = -1;
const UNKNOWN = -2;

/** Text as lines, wherever it is cut. On each variable: what it prevents. */
export class Lines extends Block {
  /**
   * A character to swallow if it comes next: LF after a CR, or a leading byte order mark. Without it, a CR
   * and an LF in two chunks would be two line endings, and a byte order mark would be text, or a U+FEFF in
   * the midst no text.
   */
  protected skip_ = BYTE_ORDER_MARK;
  /** The part of an unfinished line that was read. Without it, a line cut by a chunk would be two lines. */
  protected rest_ = '';

  /** In characters, what `maxEventSize` limits. */
  protected get size_(): number {
    return this.rest_.length + this.data.length + this.type.length + (this.id?.length ?? 0);
  }

  /**
   * Reads each line as soon as its ending begins. `units` is the text once more, or its bytes where each is a
   * character: these are faster to look at. Nothing can be too large before `limit`: only there it is
   * measured.
   *
   * @throws EventStreamError `EVENT_TOO_LARGE`, however the stream is cut
   */
  readText_(text: string, units: Chunk, limit: number): void {
    const { length } = text;
    if (length === 0) return;
    // The first line may have begun before; only that is joined, the others are read where they are.
    let begun = this.rest_ !== '';
    // [spec] "The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark (BOM), if any."
    // [spec] "a U+000D CARRIAGE RETURN U+000A LINE FEED (CRLF) character pair": the CR has ended the line
    // already.
    // Mostly there is nothing to swallow, and looking at a character costs more than asking for that.
    let start = this.skip_ !== NOTHING && unitAt(units, 0) === this.skip_ ? 1 : 0;
    // The next of each kind, searched again only once it is consumed: or a text with one kind of ending would
    // be searched for the other one line after line, to its end.
    let lf = text.indexOf('\n', start);
    let cr = text.indexOf('\r', start);
    /** Searched at the first id. Where there is one at all, ids are looked at one by one. */
    let nul = UNKNOWN;
    this.skip_ = cr >= 0 && unitAt(units, length - 1) === CR ? LF : NOTHING;
    while (start < length) {
      if (lf >= 0 && lf < start) lf = text.indexOf('\n', start);
      if (cr >= 0 && cr < start) cr = text.indexOf('\r', start);
      // The smaller one, -1 being none.
      const end = lf >>> 0 < cr >>> 0 ? lf : cr;
      if (end < 0) break;
      if (end > limit) limit = this.measure_(start, end);
      // An LF at once behind it makes a pair with it, which is then a CR.
      const next = lf === end + 1 ? end + 2 : end + 1;
      // Mostly a blank line follows, which needs no search.
      let after = afterBlank(units, next);
      let blank = after > next;
      let last: string | undefined;
      if (begun) {
        begun = false;
        const line = this.rest_ + text.slice(start, end);
        this.rest_ = '';
        last = this.readLine_(line, blank);
      } else if (isData(units, start)) {
        // This and what follows is as in readLine, without a slice for the line and a search in it.
        const value = afterSpace(units, start + 5);
        // The LF of the line comes with it, but for a last line: dispatch would take it off again.
        if (blank) last = text.slice(value, end);
        else {
          this.begun_ = true;
          this.data += end === lf ? text.slice(value, next) : `${text.slice(value, end)}\n`;
        }
      } else if (end === start) {
        // [spec] "If the line is empty (a blank line): Dispatch the event". Those behind it have none.
        blank = true;
        after = find(units, next, false);
      } else if (unitAt(units, start) === COLON && !this.handlers_.onComment) {
        // A comment that nobody wants.
      } else if (typeof units !== 'string' && isEvent(units, start)) {
        this.begun_ = true;
        this.type = text.slice(afterSpace(units, start + 6), end);
      } else {
        const isAnId = typeof units !== 'string' && isId(units, start);
        if (isAnId && nul === UNKNOWN) nul = text.indexOf('\0');
        if (isAnId && nul === NOTHING) {
          this.begun_ = true;
          this.id = text.slice(afterSpace(units, start + 3), end);
        } else {
          last = this.readLine_(text.slice(start, end), blank);
        }
      }
      // Not after a comment by itself.
      if (blank && (last !== undefined || this.begun_)) this.dispatch_(last);
      start = after;
    }
    if (length > limit) this.measure_(start, length);
    if (start === 0) this.rest_ += text;
    else if (start < length) this.rest_ = text.slice(start);
  }

  /** The limit, now that all before the line from `start` to `end` has been read: at least `end`. */
  private measure_(start: number, end: number): number {
    const limit = start + this.max_ - this.size_;
    if (end <= limit) return limit;
    throw new EventStreamError(
      'EVENT_TOO_LARGE',
      `An event or line has more than maxEventSize (${this.max_}) characters`,
    );
  }
}
