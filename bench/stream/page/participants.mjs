// Read by the page: each function is sent there as its text, so it can use nothing from outside.

/** @param {string} url @param {number} events */
async function byCallback(url, events) {
  const { connect } = await import('@eventwire/client');
  await new Promise((resolve) => {
    let count = 0;
    const stream = connect(url, {
      onEvent() {
        if (++count < events) return;
        stream.close();
        resolve(undefined);
      },
    });
  });
}

/** @param {string} url @param {number} events */
async function byBatches(url, events) {
  const { connect } = await import('@eventwire/client');
  let count = 0;
  for await (const batch of connect(url).batches()) {
    for (const _ of batch) count++;
    if (count >= events) break;
  }
}

/** @param {string} url @param {number} events */
async function byOurMessages(url, events) {
  const { EventSource } = await import('@eventwire/client/eventsource');
  await new Promise((resolve) => {
    const source = new EventSource(url);
    let count = 0;
    source.onmessage = () => {
      if (++count < events) return;
      source.close();
      resolve(undefined);
    };
  });
}

/** @param {string} url @param {number} events */
async function byMessages(url, events) {
  await new Promise((resolve) => {
    const source = new EventSource(url);
    let count = 0;
    source.onmessage = () => {
      if (++count < events) return;
      source.close();
      resolve(undefined);
    };
  });
}

/** @param {string} url @param {number} _events @param {number} bytes */
async function countBytes(url, _events, bytes) {
  const controller = new AbortController();
  const { body } = await fetch(url, { signal: controller.signal });
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  for (let count = 0; count < bytes; ) count += (await reader.read()).value?.length ?? bytes;
  controller.abort();
}

/**
 * @typedef {import('../part.mjs').Participant & { read: (url: string, events: number, bytes: number) => Promise<void> }} PageParticipant
 */

/** @type {readonly PageParticipant[]} */
export const participants = [
  { name: 'connect', role: 'ours', runtime: 'chromium', note: '`connect` with `onEvent`', read: byCallback },
  {
    ...{ name: 'connect-batches', role: 'ours', runtime: 'chromium', read: byBatches },
    note: '`for await` over its `batches()`',
  },
  {
    ...{ name: 'EventSource', role: 'ours', runtime: 'chromium', read: byOurMessages },
    note: 'ours, by `onmessage`',
  },
  {
    ...{ name: 'native-EventSource', role: 'peer', runtime: 'chromium', read: byMessages },
    note: "the browser's own, by `onmessage`",
  },
  {
    ...{ name: 'fetch', role: 'floor', runtime: 'chromium', read: countBytes },
    note: '`fetch`, and a count of the bytes',
  },
];
