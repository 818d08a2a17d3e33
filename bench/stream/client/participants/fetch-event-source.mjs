// Made for pages: it asks for these two, and for nothing else of a page.
const page = Object.assign(globalThis, {
  document: { hidden: false, addEventListener() {}, removeEventListener() {} },
});
page.window = /** @type {any} */ (globalThis);
const { fetchEventSource } = await import('@microsoft/fetch-event-source');

/** @param {string} url @param {number} events */
export async function onMessage(url, events) {
  let count = 0;
  const controller = new AbortController();
  await fetchEventSource(url, {
    signal: controller.signal,
    onmessage() {
      if (++count === events) controller.abort();
    },
  });
}
