// The least that writes the events of these workloads where they are of one line: one concatenation.

export const floor = true;

/** @param {{ data: string, type?: string, id?: string }} event */
export function encodeText({ data, type, id }) {
  let head = '';
  if (id !== undefined) head += `id: ${id}\n`;
  if (type !== undefined) head += `event: ${type}\n`;
  return `${head}data: ${data}\n\n`;
}

const encoder = new TextEncoder();

/** @param {{ data: string, type?: string, id?: string }} event */
export const encodeBytes = (event) => encoder.encode(encodeText(event));
