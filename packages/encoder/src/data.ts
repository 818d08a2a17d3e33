import { hasBrand } from './brand';
import { lines } from './lines';
import { kindOf, refuse } from './server-event-error';

export type Data = string | Iterable<string> | undefined;

/**
 * Refuses what can never be data. The pieces of an iterable are judged as they are read.
 *
 * @throws ServerEventError `INVALID_DATA`
 */
export function checkData(data: unknown): asserts data is Data {
  if (data === undefined || typeof data === 'string' || hasIterator(data, Symbol.iterator)) return;
  refuse(
    'data',
    `must be a string or an iterable of strings, not ${kindOf(data)}: use ServerEvent.json or encodeAsync`,
  );
}

/**
 * Bytes are an iterable of numbers, also where there are none; an event is an iterable of wire text.
 * Neither is data.
 */
export function hasIterator<K extends symbol>(
  data: unknown,
  method: K,
): data is { [key in K]: () => unknown } {
  if (typeof data !== 'object' || ArrayBuffer.isView(data) || hasBrand(data)) return false;
  return typeof (data as { [key in K]?: unknown } | null)?.[method] === 'function';
}

export function checkPiece(piece: unknown, index: number): string {
  if (typeof piece !== 'string') refuse('data', `[${index}] must be a string, not ${kindOf(piece)}`);
  return piece;
}

export function encodePiece(piece: string, end?: string | undefined): string {
  return lines('data: ', piece, end);
}

/**
 * The data lines of a whole event, and what ends its block. A source is read to its end, and closed if a piece is
 * refused.
 *
 * @throws ServerEventError `INVALID_DATA`
 */
export function encodeData(data: unknown, end = '\n'): string {
  if (typeof data === 'string') return encodePiece(data, `\n${end}`);
  checkData(data);
  let text = '';
  let index = 0;
  for (const piece of data ?? []) text += encodePiece(checkPiece(piece, index++));
  return text + end;
}
