// The iterator under its Stream, before it parses the data as JSON; by its path.
import { _iterSSEMessages } from 'openai/core/streaming';
import { readable } from './streams.mjs';

export const id = 'none';

/** @param {Response} response @param {import('./streams.mjs').Use} use */
export async function iterate(response, use) {
  for await (const event of _iterSSEMessages(response, new AbortController()))
    use(event.data, event.event, '');
}

/** @param {readonly Uint8Array<ArrayBuffer>[]} chunks @param {import('./streams.mjs').Use} use */
export const parseBytes = (chunks, use) => iterate(new Response(readable(chunks)), use);
