// Cuts streams into chunks as they would arrive.

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * A copy that is one flat string, as a decoder gives it, and not a view into a longer one.
 * @param {string} text
 */
const flat = (text) => decoder.decode(encoder.encode(text));

/**
 * @param {string} text
 * @param {number} size UTF-16 units in each chunk but the last; a pair of surrogates is never divided
 */
export function textChunks(text, size) {
  const chunks = [];
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + size, text.length);
    const last = text.charCodeAt(end - 1);
    if (last >= 0xd800 && last < 0xdc00) end++;
    chunks.push(flat(text.slice(start, end)));
    start = end;
  }
  return chunks;
}

/**
 * @param {string} text
 * @param {number} size bytes in each chunk but the last; a character may be divided
 */
export function byteChunks(text, size) {
  const bytes = encoder.encode(text);
  const chunks = [];
  for (let start = 0; start < bytes.length; start += size) chunks.push(bytes.slice(start, start + size));
  return chunks;
}

/**
 * One chunk for each piece.
 * @param {readonly string[]} pieces
 */
export function pieceChunks(pieces) {
  return { text: pieces.map(flat), bytes: pieces.map((piece) => encoder.encode(piece)) };
}
