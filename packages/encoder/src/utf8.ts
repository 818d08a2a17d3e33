/** Longer texts are encoded by `encode`: there, making the array costs more than all the rest. */
const SHORT = 64;
let encoder: TextEncoder | undefined;
let buffer: Uint8Array<ArrayBuffer>;

/**
 * The text in UTF-8, in an array and a buffer of its own. Lone surrogates become U+FFFD.
 *
 * A short text is encoded into a buffer that is kept, and copied from there: V8 has arrays of up to 64 bytes
 * on its own heap, while `encode` gives each an ArrayBuffer outside of it, at several times the cost.
 */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  if (!encoder) {
    encoder = new TextEncoder();
    buffer = new Uint8Array(3 * SHORT); // no UTF-16 code unit takes more than three bytes
  }
  if (text.length > SHORT) return encoder.encode(text);
  return buffer.slice(0, encoder.encodeInto(text, buffer).written);
}
