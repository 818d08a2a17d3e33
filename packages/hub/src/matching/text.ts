/** [spec] Characters that no topic, matcher, id or type may have: control and format characters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/u;

/** Whether a text has characters that a reader would not see, or half of one. */
export function hasInvisible(text: string): boolean {
  return INVISIBLE.test(text);
}

let encoder: TextEncoder | undefined;

export function byteLength(text: string): number {
  // Most texts are short, and each character has three bytes at most.
  encoder ??= new TextEncoder();
  return encoder.encode(text).byteLength;
}
