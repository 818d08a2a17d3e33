// The parser of its EventSource, by its path, given `push` as its EventSource gives it. It wants Buffers.
import { finished } from 'node:stream/promises';
// @ts-expect-error: no types
import { EventSourceStream } from 'undici/lib/web/eventsource/eventsource-stream.js';

export const id = 'last';

/** @param {readonly Uint8Array<ArrayBuffer>[]} chunks @param {import('./streams.mjs').Use} use */
export async function parseBytes(chunks, use) {
  const stream = new EventSourceStream({
    push(/** @type {any} */ event) {
      if (event !== null) use(event.options.data, event.type, event.options.lastEventId);
      return true;
    },
  });
  for (let i = 0; i < chunks.length; i++) stream.write(chunks[i]);
  stream.end();
  await finished(stream, { readable: false });
}
