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

/**
 * By any EventSource: all have the Standard's interface.
 * @param {string} url @param {number} events @param {number} _bytes @param {string | undefined} module
 */
async function byMessages(url, events, _bytes, module) {
  const { EventSource } = module === undefined ? globalThis : await import(module);
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

/** @typedef {(url: string, events: number, bytes: number, module: string | undefined) => Promise<void>} Read */
/** @typedef {import('../part.mjs').Participant & { read: Read, module?: string }} PageParticipant */

/** @type {readonly PageParticipant[]} */
export const participants = [
  { name: 'connect', role: 'ours', runtime: 'chromium', note: '`connect` with `onEvent`', read: byCallback },
  {
    ...{ name: 'connect-batches', role: 'ours', runtime: 'chromium', read: byBatches },
    note: '`for await` over its `batches()`',
  },
  {
    ...{ name: 'EventSource', role: 'ours', runtime: 'chromium', read: byMessages },
    ...{ module: '@eventwire/client/eventsource', note: 'ours, by `onmessage`' },
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
