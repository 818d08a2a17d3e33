// Takes a stream of bytes and gives a stream of MessageEvents: its parser is not exported.
import { parse } from 'event-stream-parser';
import { drain, readable } from './streams.mjs';

export const id = 'last';

/** @param {readonly Uint8Array<ArrayBuffer>[]} chunks @param {import('./streams.mjs').Use} use */
export async function parseBytes(chunks, use) {
  await drain(await parse(readable(chunks)), (event) => use(event.data, event.type, event.lastEventId));
}

/** @param {Response} response @param {import('./streams.mjs').Use} use */
export async function iterate(response, use) {
  const body = /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body);
  for await (const event of await parse(body)) use(event.data, event.type, event.lastEventId);
}
