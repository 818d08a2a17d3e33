const LF = 0x0a;
const CR = 0x0d;

// Whether a line begins with this name and a colon. Char codes, because startsWith takes longer than all else on a
// short line; none is read behind the line's ending, where the text may be over.

export const isData = (text: string, start: number) =>
  text.charCodeAt(start) === 0x64 &&
  text.charCodeAt(start + 1) === 0x61 &&
  text.charCodeAt(start + 2) === 0x74 &&
  text.charCodeAt(start + 3) === 0x61 &&
  text.charCodeAt(start + 4) === 0x3a;

export const isEvent = (text: string, start: number) =>
  text.charCodeAt(start) === 0x65 &&
  text.charCodeAt(start + 1) === 0x76 &&
  text.charCodeAt(start + 2) === 0x65 &&
  text.charCodeAt(start + 3) === 0x6e &&
  text.charCodeAt(start + 4) === 0x74 &&
  text.charCodeAt(start + 5) === 0x3a;

/** [spec] "If value starts with a U+0020 SPACE character, remove it from value." */
export const valueIn = (text: string, start: number, end: number) =>
  text.slice(text.charCodeAt(start) === 0x20 ? start + 1 : start, end);

export function isEnding(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit === LF || unit === CR;
}

/** After the ending at `end`, which may be a pair. */
export function afterEnding(text: string, end: number): number {
  const next = end + 1;
  const pair = next < text.length && text.charCodeAt(end) === CR && text.charCodeAt(next) === LF;
  return pair ? next + 1 : next;
}

/** Where `ending` is, or the length. */
export function find(text: string, ending: string, start: number): number {
  const at = text.indexOf(ending, start);
  return at < 0 ? text.length : at;
}
