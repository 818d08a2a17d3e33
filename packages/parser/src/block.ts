import type { IgnoredLine, ParserHandlers } from './event-stream-parser';
import { afterSpace } from './units';

/** Thrown through the reader by a reset from inside a handler: the rest of the chunk is not read. */
export const RESET = {};

/** The block that is being read. On each variable: what would go wrong without it. */
export class Block {
  /** False only while nothing of it was read: mostly a line of data and the blank line are all there is. */
  protected begun_ = false;
  /** [spec] "a data buffer". An LF follows each line, or an empty data line would be the same as none. */
  protected data = '';
  /** [spec] "an event type buffer". Reset by every blank line, or it would name the next event. */
  protected type = '';
  /** The block's own id. Apart from lastEventId, or an id would count before its block is complete. */
  protected id: string | undefined;
  /** [spec] "a last event ID buffer". Not reset by blank lines, or events without an id would lose it. */
  lastEventId: string;

  /**
   * Of the line being read, from 1; and where it starts, in bytes. Kept only where ignored lines are
   * reported.
   */
  protected lineNumber = 1;
  protected offset = 0;

  /** The first error of a handler: the others are still called. Boxed, since undefined can be thrown too. */
  thrown_: { error: unknown } | undefined;
  /**
   * Set by a reset. Without it, one from inside a handler would let the rest of the chunk into the new
   * stream.
   */
  stopped_ = false;
  protected readonly handlers_: ParserHandlers;
  /** `maxEventSize` */
  protected readonly max_: number;

  constructor(handlers: ParserHandlers, max: number, lastEventId: string) {
    this.handlers_ = handlers;
    this.max_ = max;
    this.lastEventId = lastEventId;
  }

  /**
   * A line without its ending, not empty. Returns its data if a blank line follows: the last line is not put into
   * the data buffer.
   *
   * [spec] "Lines must be processed, in the order they are received, as follows"
   */
  protected readLine_(line: string, blank: boolean): string | undefined {
    const { handlers_: handlers } = this;
    this.begun_ = true;
    let colon = line.indexOf(':');
    // [spec] "does not contain a U+003A COLON character (:): [use] the whole line as the field name, and the empty
    // string as the field value"
    if (colon < 0) colon = line.length;
    const name = line.slice(0, colon);
    // [spec] "If value starts with a U+0020 SPACE character, remove it from value."
    const value = line.slice(afterSpace(line, colon + 1));
    let reason: IgnoredLine['reason'] | undefined;
    // [spec] "Field names must be compared literally, with no case folding performed."
    switch (name) {
      // [spec] "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character"
      case 'data':
        if (blank) return value;
        this.data += `${value}\n`;
        break;
      // [spec] "Set the event type buffer to the field value."
      case 'event':
        this.type = value;
        break;
      // [spec] "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field value."
      case 'id':
        if (value.includes('\0')) reason = 'nul-in-id';
        else this.id = value;
        break;
      // [spec] "If the field value consists of only ASCII digits, then interpret the field value as an integer in base
      // ten, and set the event stream's reconnection time to that integer." No digit at all is no integer.
      case 'retry':
        if (/^[0-9]+$/.test(value)) this.call(handlers.onRetry, Math.min(+value, Number.MAX_SAFE_INTEGER));
        else reason = 'bad-retry';
        break;
      // [spec] "If the line starts with a U+003A COLON character (:): Ignore the line."
      case '':
        this.call(handlers.onComment, value);
        break;
      // [spec] "Otherwise: The field is ignored."
      default:
        reason = 'unknown-field';
    }
    if (reason) this.ignore_(reason, line);
    return undefined;
  }

  /**
   * [spec] "When the user agent is required to dispatch the event". `last` is a data line not in the data
   * buffer.
   */
  protected dispatch_(last?: string): void {
    const { handlers_: handlers } = this;
    let data = last;
    let type = '';
    let id: string | undefined;
    if (this.begun_) {
      ({ type, id } = this);
      if (last !== undefined) data = this.data + last;
      // Step 3, "if the data buffer's last character is a U+000A LINE FEED (LF) character, remove [it]"
      else if (this.data !== '') data = this.data.slice(0, -1);
      // Steps 2 and 7, "Set the data buffer and the event type buffer to the empty string": before any
      // handler runs.
      this.begun_ = false;
      this.data = this.type = '';
      // Step 1, "Set the last event ID string of the event source to the value of the last event ID buffer":
      // with or without data.
      if (id !== undefined) {
        this.id = undefined;
        this.lastEventId = id;
        if (handlers.onLastEventId) this.call(handlers.onLastEventId, id);
      }
      if (data === undefined && type !== '') this.ignore_('type-without-data', '');
    }
    // Step 2, "If the data buffer is an empty string, [...] return."
    if (data === undefined) return;
    // Steps 4 to 6, "Initialize event's type attribute to "message" [...] If the event type buffer has a
    // value other than the empty string, change the type"
    const { lastEventId } = this;
    try {
      handlers.onEvent?.({ type: type || 'message', data, lastEventId, id });
    } catch (error) {
      this.thrown_ ??= { error };
    }
    if (this.stopped_) throw RESET;
  }

  protected ignore_(reason: IgnoredLine['reason'], line: string): void {
    const { handlers_: handlers, lineNumber, offset } = this;
    this.call(handlers.onIgnored, { reason, line, lineNumber, offset });
  }

  private call<T>(handler: ((value: T) => void) | undefined, value: T): void {
    try {
      handler?.call(this.handlers_, value);
    } catch (error) {
      this.thrown_ ??= { error };
    }
    if (this.stopped_) throw RESET;
  }
}
