import { checkData, hasIterator } from './data';
import { encode } from './encode';
import { EventPieces } from './event-pieces';
import { encodeEnd, encodeStart } from './fields';
import type { AsyncServerEventInit, EventDefaults, EventInput } from './server-event-init';

/**
 * The wire text of one event, piece by piece, for data that comes bit by bit: one string for each piece of
 * data, read when it is asked for, then the id and the blank line. The lines before the data come with the first
 * string: they say nothing alone, and a source that fails at once has then not begun its block. If the data
 * is absent, a string or an array, the whole block is one string.
 *
 * The iterator's `return()` closes the source of the data at once, also while a piece is awaited. A source
 * that a {@link ServerEvent} keeps stays open, since the event can be written again.
 *
 * @example
 * for await (const text of encodeAsync({ type: 'report', data: lines })) response.write(text);
 *
 * @param defaults fields for an event that brings none of its own
 * @throws ServerEventError at the call for everything but the pieces of an iterable; those are refused as
 *   they come, and the source is closed. An error of the source is thrown on.
 */
export function encodeAsync(
  event: EventInput | AsyncServerEventInit,
  defaults?: EventDefaults | undefined,
): AsyncIterableIterator<string> {
  return openEvent(event, defaults);
}

/** As {@link encodeAsync}, with the knowledge whether a piece was the last. */
export function openEvent(
  event: EventInput | AsyncServerEventInit,
  defaults?: EventDefaults | undefined,
): EventPieces {
  if (isWhole(event)) return new EventPieces('', encode(event, defaults));
  const start = encodeStart(event, defaults);
  const end = encodeEnd(event, defaults);
  const { data } = event;
  if (hasIterator(data, Symbol.asyncIterator))
    return new EventPieces(start, end, data[Symbol.asyncIterator]());
  checkData(data);
  return new EventPieces(start, end, data?.[Symbol.iterator]());
}

/** Whether all of it is at hand. A value that is no event at all counts as such: encode refuses it. */
function isWhole(event: EventInput | AsyncServerEventInit): event is EventInput {
  const data: unknown = (event as AsyncServerEventInit | undefined)?.data;
  return data === undefined || typeof data === 'string' || Array.isArray(data);
}
