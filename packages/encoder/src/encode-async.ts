import { checkData, hasIterator } from './data';
import { encode } from './encode';
import { EventPieces } from './event-pieces';
import { encodeHead } from './head';
import type { AsyncServerEventInit, EventInput } from './server-event-init';

/**
 * The wire text of one event, piece by piece, for data that comes bit by bit: first the lines before the data (if any),
 * then one string for each piece of data, read when it is asked for, then the blank line. Where the data is absent, a string or an
 * array, the whole block is one piece.
 *
 * The iterator's `return()` closes the source of the data at once, also while a piece is awaited. A source that a
 * {@link ServerEvent} keeps stays open, since the event can be written again.
 *
 * @throws ServerEventError at the call for everything but the pieces of an iterable; those are refused as they come, and the
 *   source is closed. What the source throws is thrown on.
 */
export function encodeAsync(event: EventInput | AsyncServerEventInit): AsyncIterableIterator<string> {
  return openEvent(event);
}

/** As {@link encodeAsync}, with the knowledge whether a piece was the last. */
export function openEvent(event: EventInput | AsyncServerEventInit): EventPieces {
  if (isSettled(event)) return new EventPieces(encode(event));
  const head = encodeHead(event);
  const { data } = event;
  if (hasIterator(data, Symbol.asyncIterator)) return new EventPieces(head, data[Symbol.asyncIterator]());
  checkData(data);
  return new EventPieces(head, data?.[Symbol.iterator]());
}

/** What is no event at all counts as settled: encode refuses it. */
function isSettled(event: EventInput | AsyncServerEventInit): event is EventInput {
  const data: unknown = (event as AsyncServerEventInit | undefined)?.data;
  return data === undefined || typeof data === 'string' || Array.isArray(data);
}
