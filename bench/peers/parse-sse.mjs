// Its parser is a TransformStream; nothing of it can be called without one.
import { parseServerSentEvents, ServerSentEventTransformStream } from 'parse-sse';
import { drain, readable } from './streams.mjs';

export const id = 'last';

/** @param {readonly string[]} chunks @param {import('./streams.mjs').Use} use */
export function parseText(chunks, use) {
  const events = readable(chunks).pipeThrough(new ServerSentEventTransformStream());
  return drain(events, (event) => use(event.data, event.type, event.lastEventId));
}

/** @param {readonly Uint8Array<ArrayBuffer>[]} chunks @param {import('./streams.mjs').Use} use */
export function parseBytes(chunks, use) {
  const events = parseServerSentEvents(new Response(readable(chunks)));
  return drain(events, (event) => use(event.data, event.type, event.lastEventId));
}

/** @param {Response} response @param {import('./streams.mjs').Use} use */
export async function iterate(response, use) {
  for await (const event of parseServerSentEvents(response)) use(event.data, event.type, event.lastEventId);
}
