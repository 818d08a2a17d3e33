import type { EventStreamError } from './event-stream-error';
import type { Position } from './position';
import { TextBuffer } from './text-buffer';
import { Utf8Decoder } from './utf8-decoder';

/**
 * All that is remembered between two chunks of one stream. A reset takes a new one. On each variable: what would
 * go wrong without it.
 */
export class StreamState {
  /** Without it, a U+FEFF at the start of every chunk would be taken for the byte order mark, or the mark for text. */
  atStart = true;
  /** Without it, a CR and an LF in two chunks would be two line endings: a blank line that is not there. */
  afterCR = false;
  /** Without it, a line cut by a chunk would be two lines. It holds what was read of the unfinished line. */
  readonly line = new TextBuffer('');
  /** Without it, a character cut by a chunk would read as U+FFFD. It holds up to three bytes. */
  readonly utf8 = new Utf8Decoder();

  /** [spec] "a data buffer". Its size counts the LF after each line, or an empty data line would be the same as none. */
  readonly data = new TextBuffer('\n');
  /** [spec] "an event type buffer". Reset by every blank line, or it would name the next event. */
  type = '';
  /** The block's own id. Apart from lastEventId, or an id would count before its block is complete. */
  id: string | undefined;
  /** [spec] "a last event ID buffer". Not reset by blank lines, or events without an id would lose it. */
  lastEventId: string;

  /** Why nothing more is read. Without it, what follows a dropped part of an event would make a wrong event. */
  refusal: 'ended' | EventStreamError | undefined;
  /** Set by reset. Without it, a reset from inside a handler would let the rest of the old chunk into the new stream. */
  abandoned = false;
  /** Only where somebody asks for line numbers. */
  readonly position: Position | undefined;

  constructor(lastEventId: string, position: Position | undefined) {
    this.lastEventId = lastEventId;
    this.position = position;
  }

  /** Forgets the unfinished block, and frees its memory. */
  discard(): void {
    this.line.clear();
    this.data.clear();
    this.type = '';
    this.id = undefined;
  }
}
