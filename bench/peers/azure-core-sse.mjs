// Takes a stream of bytes and gives a stream of messages: its parser is not exported.
import { createSseStream } from '@azure/core-sse';
import { drain, readable } from './streams.mjs';

export const id = 'block';

/** @param {readonly Uint8Array<ArrayBuffer>[]} chunks @param {import('./streams.mjs').Use} use */
export function parseBytes(chunks, use) {
  return drain(createSseStream(readable(chunks)), (event) => use(event.data, event.event, event.id));
}

/** @param {Response} response @param {import('./streams.mjs').Use} use */
export async function iterate(response, use) {
  const body = /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body);
  for await (const event of createSseStream(body)) use(event.data, event.event, event.id);
}
