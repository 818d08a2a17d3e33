// writeSSE of its stream over a WritableStream that only takes the bytes: its encoder is not exported.
import { SSEStreamingApi } from 'hono/streaming';

/** @param {{ data: string, type?: string, id?: string }} event */
export const shape = ({ data, type, id }) => ({
  data,
  ...(type === undefined ? {} : { event: type }),
  ...(id === undefined ? {} : { id }),
});

/**
 * @param {readonly { data: string, event?: string, id?: string }[]} events
 * @param {(bytes: Uint8Array) => void} use
 */
export async function encodeAllBytes(events, use) {
  const stream = new SSEStreamingApi(new WritableStream({ write: use }), new ReadableStream());
  for (const event of events) await stream.writeSSE(event);
  await stream.close();
}
