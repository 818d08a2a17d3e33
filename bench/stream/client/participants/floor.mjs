/**
 * The least that reading costs: fetch, and a look at the bytes' number.
 * @param {string} url @param {number} _events @param {number} bytes
 */
export async function countBytes(url, _events, bytes) {
  const controller = new AbortController();
  const { body } = await fetch(url, { signal: controller.signal });
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  for (let count = 0; count < bytes; ) count += (await reader.read()).value?.length ?? bytes;
  controller.abort();
}
