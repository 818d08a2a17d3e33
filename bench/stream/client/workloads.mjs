/** Bytes in a chunk of `large`. */
const LARGE = 64 * 1024;

/** @typedef {import('../part.mjs').Workload & { chunks: 'large' | 'single', ids: boolean }} ClientWorkload */

/** @type {readonly ClientWorkload[]} */
export const workloads = [
  { name: 'large', title: '64 KiB a chunk', chunks: 'large', ids: false, events: 300_000 },
  { name: 'large-ids', title: '64 KiB a chunk, with ids', chunks: 'large', ids: true, events: 300_000 },
  { name: 'single', title: 'one event a chunk', chunks: 'single', ids: false, events: 60_000 },
  { name: 'single-ids', title: 'one event a chunk, with ids', chunks: 'single', ids: true, events: 60_000 },
];

/** @param {number} n @param {boolean} ids */
const eventText = (n, ids) => `${ids ? `id: ${n}\n` : ''}data: {"token":" word${n % 1000}","index":${n}}\n\n`;

/**
 * The chunks of a stream of so many events.
 *
 * @param {string} chunks `large` or `single` @param {number} events @param {boolean} ids
 * @returns {Generator<Buffer>}
 */
export function* makeChunks(chunks, events, ids) {
  let text = '';
  for (let n = 1; n <= events; n++) {
    text += eventText(n, ids);
    if (chunks === 'large' && n < events && text.length < LARGE) continue;
    const bytes = Buffer.from(text);
    text = '';
    yield bytes.subarray(0, LARGE);
    text = bytes.subarray(LARGE).toString();
  }
  if (text) yield Buffer.from(text);
}
