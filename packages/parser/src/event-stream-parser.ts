/** A piece of an event stream: text, or bytes in UTF-8. */
export type Chunk = string | Uint8Array;

/**
 * One dispatched event, in the words of the DOM's MessageEvent. JavaScript engines make its strings views
 * into the text that they were cut from: an event that is kept for long can keep alive up to 64 KiB of the
 * bytes that were fed with it, or the whole chunk of text.
 */
export interface EventStreamMessage {
  /** The block's `event` field; `message` where it is absent or empty. */
  type: string;
  /** The block's `data` fields, joined by LF. */
  data: string;
  /** The last event ID of the stream, which stays until the stream sets another one. */
  lastEventId: string;
  /** The `id` field of this very block; undefined where it has none. */
  id: string | undefined;
}

/** Something that the Standard has a parser ignore without a word. */
export interface IgnoredLine {
  /**
   * - `unknown-field`: the field's name is none of data, event, id, retry (they are case-sensitive)
   * - `nul-in-id`: an `id` with U+0000 NULL
   * - `bad-retry`: a `retry` that is not only ASCII digits, or is empty
   * - `type-without-data`: a blank line after a block with an `event` field and no `data`; no event is dispatched
   * - `unfinished-block`: the stream ended within a line or without the blank line after a block
   */
  reason: 'unknown-field' | 'nul-in-id' | 'bad-retry' | 'type-without-data' | 'unfinished-block';
  /** The line without its ending; for `unfinished-block` what was there of the last line. */
  line: string;
  /** Counted from 1. */
  lineNumber: number;
  /**
   * Where the line starts, in bytes from the start of the stream (a byte order mark counts), also where text
   * is fed.
   */
  offset: number;
}

/**
 * The functions that a parser calls, synchronously, from `feed` and `end`. A handler that throws disturbs
 * nothing: the chunk is still read to its end, and then `feed` or `end` throws the first error.
 */
export interface ParserHandlers {
  onEvent?: ((event: EventStreamMessage) => void) | undefined;
  /** A comment line, without its colon and one space after it. */
  onComment?: ((text: string) => void) | undefined;
  /**
   * The reconnection time in ms, at its line; at most Number.MAX_SAFE_INTEGER, larger values read as that.
   */
  onRetry?: ((ms: number) => void) | undefined;
  /** At the end of each block with a valid `id`, also one without data; before the block's event. */
  onLastEventId?: ((id: string) => void) | undefined;
  /** For linting. Lines and bytes are counted only if it is given. */
  onIgnored?: ((ignored: IgnoredLine) => void) | undefined;
}

export interface ParserOptions {
  /**
   * The most that is held of a block, in characters (UTF-16 code units): its data so far with a line feed for
   * each line, its type and its id so far, and the line being read. More is refused with `EVENT_TOO_LARGE`.
   * In memory, a few bytes for each of these characters. Beside it, only the last event ID is held, and up to
   * 64 KiB of what came last (of text up to the last chunk).
   *
   * @default 16 * 1024 * 1024; Infinity for no limit
   */
  maxEventSize?: number | undefined;
  /** The last event ID before the stream says one: that of the connection before. Empty by default. */
  lastEventId?: string | undefined;
}

/** Reads an event stream from its pieces: HTML Standard, 9.2.6 "Interpreting an event stream". */
export interface EventStreamParser {
  /**
   * Reads the next piece, cut anywhere: within a line, a line ending or a character. Text and bytes may be
   * mixed. The bytes are not kept: the array may be used again.
   *
   * @throws EventStreamError `EVENT_TOO_LARGE` (again at each call until `reset`), `ENDED`, `REENTRANT`,
   * `INVALID_CHUNK`; or the first error that a handler threw
   */
  feed(chunk: Chunk): void;
  /**
   * Ends the stream. The block that no blank line has ended is discarded, as the Standard says; with `flush`
   * it is read as if its line and it were finished. A second call does nothing.
   *
   * @throws EventStreamError `EVENT_TOO_LARGE`, `REENTRANT`, `INVALID_OPTION`; or the first error that a handler threw
   */
  end(options?: { flush?: boolean | undefined } | undefined): void;
  /**
   * Makes ready for a new stream, at any time; only `lastEventId` stays, as over a reconnection. From inside
   * a handler: the rest of the chunk is dropped.
   */
  reset(): void;
  /** The last event ID of the last finished block that had one. */
  readonly lastEventId: string;
}
