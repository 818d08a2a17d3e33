import { type EventStreamSource, openSource } from './chunk-source';
import { EventIterator, type ParseOptions } from './event-iterator';
import type { EventStreamMessage } from './event-stream-parser';

/** The events of a source, one by one; or, by `batches()`, all that came in one chunk, never none. */
export interface EventStreamIterator extends AsyncIterableIterator<EventStreamMessage> {
  /** The same events in arrays. It takes from the same source: what one has taken, the other does not get. */
  batches(): AsyncIterableIterator<EventStreamMessage[]>;
}

/**
 * Reads the events of a Response's body, a stream, an async iterable of chunks, or a whole stream in one
 * string or Uint8Array. A Response without a body has no events. Its status and content type are the caller's
 * to check.
 *
 * The source is held from the call on, and read on demand only. Leaving the loop by `break`, `return` or
 * `throw` cancels it and releases its lock. If the source, the parser or a handler fails, the error is thrown
 * after the events that came before.
 *
 * @example
 * for await (const { data } of parseEventStream(await fetch(url))) console.log(JSON.parse(data));
 *
 * @throws at the call a TypeError with the code `INVALID_OPTION`, or EventStreamError `INVALID_SOURCE`,
 * `SOURCE_USED`. While iterating: `EVENT_TOO_LARGE`, `INVALID_CHUNK`, and what the source or a handler throws
 */
export function parseEventStream(
  source: EventStreamSource,
  options?: ParseOptions | undefined,
): EventStreamIterator {
  return new EventIterator(() => openSource(source), options);
}
