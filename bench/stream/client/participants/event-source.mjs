/**
 * Any EventSource: all have the Standard's interface.
 * @param {new (url: string) => any} EventSource
 */
export const byMessages = (EventSource) => (/** @type {string} */ url, /** @type {number} */ events) =>
  new Promise((resolve) => {
    const source = new EventSource(url);
    let count = 0;
    source.onmessage = () => {
      if (++count < events) return;
      source.close();
      resolve(undefined);
    };
  });
