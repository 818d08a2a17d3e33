import { kindOf, lines } from './lines.js';
import { ServerEventError } from './server-event-error.js';

export type Data = string | Iterable<string> | undefined;

/**
 * Refuses what can never be data. The pieces of an iterable are judged as they are read.
 *
 * @throws ServerEventError `INVALID_DATA`
 */
export function checkData(data: unknown): asserts data is Data {
  if (isSettled(data) || isIterable(data, Symbol.iterator)) return;
  throw isIterable(data, Symbol.asyncIterator)
    ? refusal('data is an async iterable: only encodeAsync and ServerEventEncoderStream read it')
    : notData(data);
}

/** As {@link checkData}, where an async iterable is welcome: the iterator to read, or nothing where there is none. */
export function openData(data: unknown): Iterator<unknown> | AsyncIterator<unknown> | undefined {
  if (isSettled(data)) return undefined;
  if (isIterable(data, Symbol.asyncIterator)) return data[Symbol.asyncIterator]();
  if (isIterable(data, Symbol.iterator)) return data[Symbol.iterator]();
  throw notData(data);
}

export function checkPiece(piece: unknown, index: number): string {
  if (typeof piece === 'string') return piece;
  throw refusal(`data must consist of strings, but piece ${index} is ${kindOf(piece)}`);
}

export function encodePiece(piece: string): string {
  return lines('data: ', piece);
}

/** The data lines of a whole event; a source is read to its end, and closed if a piece is refused. */
export function encodeData(data: Data): string {
  if (data === undefined) return '';
  if (typeof data === 'string') return encodePiece(data);
  let text = '';
  let index = 0;
  for (const piece of data) text += encodePiece(checkPiece(piece, index++));
  return text;
}

function isSettled(data: unknown): data is string | undefined {
  return data === undefined || typeof data === 'string';
}

function isIterable<K extends symbol>(
  data: unknown,
  method: K,
): data is {
  [key in K]: () => K extends typeof Symbol.iterator ? Iterator<unknown> : AsyncIterator<unknown>;
} {
  return (
    typeof data === 'object' &&
    data !== null &&
    typeof (data as Record<symbol, unknown>)[method] === 'function' &&
    // Bytes are an iterable of numbers, also where there are none; an event (of any copy of this package) is one of wire text.
    !ArrayBuffer.isView(data) &&
    !('retry' in data)
  );
}

function notData(data: unknown): ServerEventError {
  return refusal(
    `data must be a string or an iterable of strings, not ${kindOf(data)}: for other values use ServerEvent.json`,
  );
}

function refusal(message: string): ServerEventError {
  return new ServerEventError('INVALID_DATA', 'data', message);
}
