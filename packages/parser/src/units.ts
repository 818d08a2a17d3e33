import type { Chunk } from './event-stream-parser';

export const LF = 0x0a;
export const CR = 0x0d;

export const isEnding = (unit: number) => unit === LF || unit === CR;

/**
 * A character of a text, which may be given as its bytes. The functions that every line passes through
 * (isData, afterSpace, afterBlank) ask for the kind of units by themselves: an engine learns in here from all
 * callers, and one that looks behind a text makes it slow for all.
 */
export const unitAt = (units: Chunk, at: number) =>
  typeof units === 'string' ? units.charCodeAt(at) : (units[at] as number);

// Whether a line begins with this name and a colon. Comparing characters is several times faster than
// startsWith. None is looked at behind the line's ending, where the text may be over.

export const isData = (units: Chunk, at: number) =>
  typeof units === 'string'
    ? units.charCodeAt(at) === 0x64 &&
      units.charCodeAt(at + 1) === 0x61 &&
      units.charCodeAt(at + 2) === 0x74 &&
      units.charCodeAt(at + 3) === 0x61 &&
      units.charCodeAt(at + 4) === 0x3a
    : units[at] === 0x64 &&
      units[at + 1] === 0x61 &&
      units[at + 2] === 0x74 &&
      units[at + 3] === 0x61 &&
      units[at + 4] === 0x3a;

export const isEvent = (units: Uint8Array, at: number) =>
  units[at] === 0x65 &&
  units[at + 1] === 0x76 &&
  units[at + 2] === 0x65 &&
  units[at + 3] === 0x6e &&
  units[at + 4] === 0x74 &&
  units[at + 5] === 0x3a;

export const isId = (units: Uint8Array, at: number) =>
  units[at] === 0x69 && units[at + 1] === 0x64 && units[at + 2] === 0x3a;

/** [spec] "If value starts with a U+0020 SPACE character, remove it from value." */
export const afterSpace = (units: Chunk, at: number) =>
  (typeof units === 'string' ? units.charCodeAt(at) : units[at]) === 0x20 ? at + 1 : at;

/** After the blank line at `at`, or `at` if there is none. */
export function afterBlank(units: Chunk, at: number): number {
  const unit = typeof units !== 'string' ? units[at] : at < units.length ? units.charCodeAt(at) : 0;
  if (unit === LF) return at + 1;
  if (unit !== CR) return at;
  return at + 1 < units.length && unitAt(units, at + 1) === LF ? at + 2 : at + 1;
}

/** Where the next unit is that ends a line, or does not; or the end. */
export function find(units: Chunk, from: number, ending: boolean): number {
  let at = from;
  while (at < units.length && isEnding(unitAt(units, at)) !== ending) at++;
  return at;
}
