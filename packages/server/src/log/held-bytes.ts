import type { LoggedEvent } from './event-log';

/**
 * Bytes of an event that is held beside its frame and its strings: the objects, the id, its place in a
 * list, and what the runtime keeps for a piece of binary data. Measured on Node 20 and 24.
 */
const FIXED = 480;
/** For each piece of data. */
const PIECE = 40;
/** For a key by which an event is found. */
const KEY = 60;
const WIDE = /[^\u0000-\u00ff]/;

/** About how many bytes of memory an event takes that is held. */
export function heldBytes({ topic, event, frame }: LoggedEvent, idempotencyKey?: string | undefined): number {
  const { data, type, comment } = event;
  let bytes = FIXED + frame.byteLength + sizeOf(topic) + sizeOf(type) + sizeOf(comment);
  if (idempotencyKey !== undefined) bytes += KEY + sizeOf(idempotencyKey);
  if (typeof data !== 'object') return bytes + sizeOf(data);
  for (const piece of data) bytes += PIECE + sizeOf(piece);
  return bytes;
}

/** Engines hold a text with one byte for each character where they can, else with two. */
function sizeOf(text: string | undefined): number {
  if (text === undefined) return 0;
  return WIDE.test(text) ? 2 * text.length : text.length;
}
