import { createParser } from 'eventsource-parser';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { pushed } from './streams.mjs';

export const id = 'block';

export const { parseText, parseBytes } = pushed(
  (use) => createParser({ onEvent: (event) => use(event.data, event.event, event.id) }).feed,
);

/** @param {Response} response @param {import('./streams.mjs').Use} use */
export async function iterate(response, use) {
  const body = /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body);
  const events = body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const event of events) use(event.data, event.event, event.id);
}
