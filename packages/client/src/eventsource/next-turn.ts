/** Resolves in a turn of the event loop of its own: what was left as microtasks is done before. */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    const { setImmediate, MessageChannel } = globalThis as Partial<typeof globalThis> & {
      setImmediate?: typeof setTimeout;
    };
    if (setImmediate || !MessageChannel) (setImmediate ?? setTimeout)(resolve);
    else {
      // Not setTimeout: browsers stretch nested timers to 4 ms. Closed again, since an open port holds Deno's
      // process.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    }
  });
