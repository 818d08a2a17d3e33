// Its event buffer, used again for each event as its sessions use it; data is given as text, not as JSON.
import { createEventBuffer } from 'better-sse';

const buffer = createEventBuffer({ serializer: (data) => /** @type {string} */ (data) });

/** @param {{ data: string, type?: string, id?: string }} event */
export function encodeText({ data, type, id }) {
  if (type !== undefined) buffer.event(type);
  if (id !== undefined) buffer.id(id);
  const text = buffer.data(data).dispatch().read();
  buffer.clear();
  return text;
}

const encoder = new TextEncoder();

/** @param {{ data: string, type?: string, id?: string }} event */
export const encodeBytes = (event) => encoder.encode(encodeText(event));
