// What several adapters need to drive their peer.

/** @typedef {(data: string, type: string | null | undefined, id: unknown) => void} Use takes each event that was read */

/**
 * Text-only parsers get the decoder in front that their users need.
 * @param {(use: Use) => (chunk: string) => void} open gives what a new parser is fed with
 */
export function pushed(open) {
  return {
    /** @param {readonly string[]} chunks @param {Use} use */
    parseText(chunks, use) {
      const feed = open(use);
      for (let i = 0; i < chunks.length; i++) feed(/** @type {string} */ (chunks[i]));
    },
    /** @param {readonly Uint8Array<ArrayBuffer>[]} chunks @param {Use} use */
    parseBytes(chunks, use) {
      const feed = open(use);
      const decoder = new TextDecoder();
      for (let i = 0; i < chunks.length; i++) feed(decoder.decode(chunks[i], STREAM));
      feed(decoder.decode());
    },
  };
}

const STREAM = { stream: true };

/**
 * A stream of these chunks, one for each pull.
 * @template T @param {readonly T[]} chunks @returns {ReadableStream<T>}
 */
export function readable(chunks) {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next < chunks.length) controller.enqueue(/** @type {T} */ (chunks[next++]));
      else controller.close();
    },
  });
}

/**
 * Reads to the end by the stream's reader, the cheapest way.
 * @template T @param {ReadableStream<T>} stream @param {(value: T) => void} each
 */
export async function drain(stream, each) {
  const reader = stream.getReader();
  for (let result = await reader.read(); !result.done; result = await reader.read()) each(result.value);
}
