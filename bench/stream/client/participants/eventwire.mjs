import { connect } from '@eventwire/client';

/** @param {string} url @param {number} events @param {import('@eventwire/client').ConnectOptions<any>} [options] */
const byCallback = (url, events, options = {}) =>
  new Promise((resolve) => {
    let count = 0;
    const stream = connect(url, {
      ...options,
      onEvent() {
        if (++count < events) return;
        stream.close();
        resolve(undefined);
      },
    });
  });

/** @param {string} url @param {number} events */
export const onEvent = (url, events) => byCallback(url, events);

/** @param {string} url @param {number} events */
export const json = (url, events) => byCallback(url, events, { decode: 'json' });

/** @param {string} url @param {number} events */
export async function forAwait(url, events) {
  let count = 0;
  for await (const _ of connect(url)) if (++count === events) break;
}

/** @param {string} url @param {number} events */
export async function batches(url, events) {
  let count = 0;
  for await (const batch of connect(url).batches()) {
    for (const _ of batch) count++;
    if (count >= events) break;
  }
}
