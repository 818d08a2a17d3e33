/** [spec] Characters that no topic, matcher, id or type may have: control and format characters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/u;

/** Whether a text has characters that a reader would not see, or half of one. */
export function hasInvisible(text: string): boolean {
  return INVISIBLE.test(text);
}

let encoder: TextEncoder | undefined;

/** Whether a text has more bytes of UTF-8. */
export function isLonger(text: string, maxBytes: number): boolean {
  // Most texts are short, and each unit has three bytes at most.
  if (text.length * 3 <= maxBytes) return false;
  encoder ??= new TextEncoder();
  return encoder.encode(text).byteLength > maxBytes;
}
