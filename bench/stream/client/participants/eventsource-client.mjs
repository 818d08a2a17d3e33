import { createEventSource } from 'eventsource-client';

/** @param {string} url @param {number} events */
export const onMessage = (url, events) =>
  new Promise((resolve) => {
    let count = 0;
    const source = createEventSource({
      url,
      onMessage() {
        if (++count < events) return;
        source.close();
        resolve(undefined);
      },
    });
  });

/** @param {string} url @param {number} events */
export async function forAwait(url, events) {
  let count = 0;
  const source = createEventSource(url);
  for await (const _ of source) if (++count === events) break;
  source.close();
}
