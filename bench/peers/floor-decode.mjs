// Not a parser: decoding alone, which whoever gives out strings has to do.

export const id = 'none';
export const pseudo = true;

const STREAM = { stream: true };

/** @param {readonly Uint8Array<ArrayBuffer>[]} chunks @param {import('./streams.mjs').Use} use */
export function parseBytes(chunks, use) {
  const decoder = new TextDecoder();
  for (let i = 0; i < chunks.length; i++) use(decoder.decode(chunks[i], STREAM), undefined, undefined);
  use(decoder.decode(), undefined, undefined);
}
