// Not a parser: decoding each chunk as if it ended at a character, by the decoder's one-shot call.

export const id = 'none';
export const pseudo = true;

/** @param {readonly Uint8Array<ArrayBuffer>[]} chunks @param {import('./streams.mjs').Use} use */
export function parseBytes(chunks, use) {
  const decoder = new TextDecoder();
  for (let i = 0; i < chunks.length; i++) use(decoder.decode(chunks[i]), undefined, undefined);
}
