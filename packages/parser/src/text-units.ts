import type { Lines } from './lines';

/**
 * In characters or bytes: what is read at once. It is also what an event that somebody keeps may keep alive
 * of a larger chunk of bytes, since engines make a slice a view into what it was cut from.
 */
export const LONGEST = 64 * 1024;
/** In characters. For a shorter text, writing the bytes takes longer than they save. */
export const LONG = 1024;
/** After a text that was not ASCII so many are not even tried: where one is not, the next seldom are. */
const REST = 64;

let encoder: TextEncoder | undefined;
/** Left for the next text, whichever stream it is of; lost where a reset breaks off the reading. */
let free: Uint8Array | undefined;
let untried = 0;

/**
 * Reads a text with what is fastest to look at: its bytes where it is ASCII, else itself. A character of a
 * string costs an engine several times what a byte of an array does.
 */
export function readWithUnits(lines: Lines, text: string, limit: number): void {
  if (untried > 0) {
    untried--;
    lines.readText_(text, text, limit);
    return;
  }
  encoder ??= new TextEncoder();
  const bytes = free ?? new Uint8Array(LONGEST);
  // A handler may feed another parser meanwhile.
  free = undefined;
  const units = bytes.subarray(0, text.length);
  const isAscii = encoder.encodeInto(text, units).read === text.length;
  if (!isAscii) untried = REST;
  lines.readText_(text, isAscii ? units : text, limit);
  free = bytes;
}

/** In bytes of UTF-8. */
export function utf8Length(text: string): number {
  encoder ??= new TextEncoder();
  return encoder.encode(text).length;
}
