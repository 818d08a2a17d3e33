// Takes a Response and gives an async iterator: there is no other entrance.
import { events } from 'fetch-event-stream';
import { readable } from './streams.mjs';

export const id = 'block';

/** @param {Response} response @param {import('./streams.mjs').Use} use */
export async function iterate(response, use) {
  for await (const event of events(response)) use(event.data ?? '', event.event, event.id);
}

/** @param {readonly Uint8Array<ArrayBuffer>[]} chunks @param {import('./streams.mjs').Use} use */
export const parseBytes = (chunks, use) => iterate(new Response(readable(chunks)), use);
