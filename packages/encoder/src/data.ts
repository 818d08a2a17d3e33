import { BRAND } from './brand';
import { lines } from './lines';
import { kindOf, refusal } from './server-event-error';

export type Data = string | Iterable<string> | undefined;

/**
 * Refuses what can never be data. The pieces of an iterable are judged as they are read.
 *
 * @throws ServerEventError `INVALID_DATA`
 */
export function checkData(data: unknown): asserts data is Data {
  if (data === undefined || typeof data === 'string' || hasIterator(data, Symbol.iterator)) return;
  throw refusal(
    'data',
    `must be a string or an iterable of strings, not ${kindOf(data)}: use ServerEvent.json or encodeAsync`,
  );
}

/** Bytes are an iterable of numbers, also where there are none; an event is an iterable of wire text. Neither is data. */
export function hasIterator<K extends symbol>(
  data: unknown,
  method: K,
): data is { [key in K]: () => unknown } {
  return (
    typeof data === 'object' &&
    data !== null &&
    method in data &&
    !ArrayBuffer.isView(data) &&
    !(BRAND in data)
  );
}

export function checkPiece(piece: unknown, index: number): string {
  if (typeof piece === 'string') return piece;
  throw refusal('data', `[${index}] must be a string, not ${kindOf(piece)}`);
}

export function encodePiece(piece: string): string {
  return lines('data: ', piece);
}

/** The data lines of a whole event; a source is read to its end, and closed if a piece is refused. */
export function encodeData(data: Data): string {
  if (typeof data === 'string') return encodePiece(data);
  let text = '';
  let index = 0;
  for (const piece of data ?? []) text += encodePiece(checkPiece(piece, index++));
  return text;
}
