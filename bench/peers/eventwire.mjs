import { encode, ServerEvent } from '@eventwire/encoder';
import { createParser, parseEventStream } from '@eventwire/parser';

export const id = 'last';

/** @param {import('./streams.mjs').Use} use */
const parser = (use) => createParser({ onEvent: (event) => use(event.data, event.type, event.lastEventId) });

/** @param {readonly string[]} chunks @param {import('./streams.mjs').Use} use */
export function parseText(chunks, use) {
  const { feed, end } = parser(use);
  for (let i = 0; i < chunks.length; i++) feed(/** @type {string} */ (chunks[i]));
  end();
}

/** @param {readonly Uint8Array<ArrayBuffer>[]} chunks @param {import('./streams.mjs').Use} use */
export function parseBytes(chunks, use) {
  const { feed, end } = parser(use);
  for (let i = 0; i < chunks.length; i++) feed(/** @type {Uint8Array<ArrayBuffer>} */ (chunks[i]));
  end();
}

/** @param {Response} response @param {import('./streams.mjs').Use} use */
export async function iterate(response, use) {
  for await (const event of parseEventStream(response)) use(event.data, event.type, event.lastEventId);
}

export const encodeText = encode;

/** @param {{ data: string, type?: string, id?: string }} event */
export const encodeBytes = (event) => new ServerEvent(event.data, event).toBytes();
