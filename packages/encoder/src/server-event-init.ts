/** The fields of one event. All may be absent, and `undefined` means absent. */
export interface ServerEventInit {
  /**
   * The payload, split into data lines at CR, LF and CRLF. Each piece of an iterable starts a new line.
   * Without data (absent, or an iterable without a piece) the block dispatches nothing; `''` dispatches an
   * empty event.
   */
  data?: string | Iterable<string> | undefined;
  /** The event type, without line endings. Absent or empty, it is read back as `message`. */
  type?: string | undefined;
  /** The last event ID from here on, without CR, LF, NUL and lone surrogates; `''` resets it. */
  id?: string | undefined;
  /** The reconnection time in milliseconds: a safe integer, 0 or more. */
  retry?: number | undefined;
  /** Lines that clients ignore. Split like data. */
  comment?: string | undefined;
  /** The wire's name for `type`: refused, so that the slip is not written as an event without a type. */
  event?: never | undefined;
}

/** An event as it is given to be written. A string is `{ data: string }`. */
export type EventInput = string | ServerEventInit;

/** As {@link ServerEventInit}, but the data may also come asynchronously. */
export type AsyncServerEventInit = Omit<ServerEventInit, 'data'> & {
  data?: string | Iterable<string> | AsyncIterable<string> | undefined;
};
