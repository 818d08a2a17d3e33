// Its parse module, which its index does not export, by its path.
import { getLines, getMessages } from '@microsoft/fetch-event-source/lib/cjs/parse.js';

export const id = 'block';

/** @param {readonly Uint8Array<ArrayBuffer>[]} chunks @param {import('./streams.mjs').Use} use */
export function parseBytes(chunks, use) {
  const onChunk = getLines(
    getMessages(
      () => {},
      () => {},
      (message) => use(message.data, message.event, message.id),
    ),
  );
  for (let i = 0; i < chunks.length; i++) onChunk(/** @type {Uint8Array} */ (chunks[i]));
}
