import { encode, ServerEvent } from '@eventwire/encoder';
import { createParser, parseEventStream } from '@eventwire/parser';

export const id = 'last';

/** @param {import('./streams.mjs').Use} use */
const parser = (use) => createParser({ onEvent: (event) => use(event.data, event.type, event.lastEventId) });

/** @param {readonly (string | Uint8Array)[]} chunks @param {import('./streams.mjs').Use} use */
export function parseText(chunks, use) {
  const { feed, end } = parser(use);
  for (let i = 0; i < chunks.length; i++) feed(/** @type {string | Uint8Array} */ (chunks[i]));
  end();
}

export const parseBytes = parseText;

/** @param {Response} response @param {import('./streams.mjs').Use} use */
export async function iterate(response, use) {
  for await (const event of parseEventStream(response)) use(event.data, event.type, event.lastEventId);
}

export const encodeText = encode;

/** @param {{ data: string, type?: string, id?: string }} event */
export const encodeBytes = (event) => new ServerEvent(event.data, event).toBytes();
