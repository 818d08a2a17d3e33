import { parseEventStream } from '@eventwire/parser';

export const id = 'last';

/** @param {Response} response @param {import('./streams.mjs').Use} use */
export async function iterate(response, use) {
  for await (const events of parseEventStream(response).batches()) {
    for (const event of events) use(event.data, event.type, event.lastEventId);
  }
}
