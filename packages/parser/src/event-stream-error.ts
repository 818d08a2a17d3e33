/** The kinds of failure: see {@link EventStreamError}. */
export type EventStreamErrorCode =
  | 'ENDED'
  | 'EVENT_TOO_LARGE'
  | 'INVALID_CHUNK'
  | 'INVALID_SOURCE'
  | 'REENTRANT'
  | 'SOURCE_USED';

/**
 * The error of this package. `code` is stable, and the message is for people:
 *
 * - `EVENT_TOO_LARGE`: an event or a line is larger than `maxEventSize`
 * - `ENDED`: `feed` after `end`, without `reset`
 * - `REENTRANT`: `feed` or `end` from inside a handler of the same parser
 * - `INVALID_CHUNK`: a chunk is neither a string nor a Uint8Array
 * - `INVALID_SOURCE`: `parseEventStream` cannot read from this
 * - `SOURCE_USED`: the body was read before, or is being read by somebody else
 */
export class EventStreamError extends Error {
  override readonly name = 'EventStreamError';
  readonly code: EventStreamErrorCode;

  constructor(code: EventStreamErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
