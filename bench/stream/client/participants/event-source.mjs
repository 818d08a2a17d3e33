/**
 * Any EventSource: all have the Standard's interface.
 *
 * @param {() => Promise<{ EventSource: new (url: string) => any }>} load
 */
const byMessages = (load) => async (/** @type {string} */ url, /** @type {number} */ events) => {
  const { EventSource } = await load();
  await new Promise((resolve) => {
    const source = new EventSource(url);
    let count = 0;
    source.onmessage = () => {
      if (++count < events) return;
      source.close();
      resolve(undefined);
    };
  });
};

export const eventwire = byMessages(() => import('@eventwire/client/eventsource'));
export const eventsource = byMessages(() => import('eventsource'));
export const undici = byMessages(() => import('undici'));
