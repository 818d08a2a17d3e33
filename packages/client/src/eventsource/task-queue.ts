/**
 * [spec] "The task source for any tasks that are queued by EventSource objects is the remote event task source":
 * tasks run in order, each in a turn of the event loop of its own, so that what one event's listeners leave as
 * microtasks is done before the next event.
 */
export class TaskQueue {
  #last = Promise.resolve();

  queue(task: () => void): void {
    this.#last = this.#last.then(nextTurn).then(task);
  }

  /** Resolves once what is queued now has run. */
  drained(): Promise<void> {
    return this.#last;
  }
}

type SetImmediate = (callback: () => void) => unknown;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { setImmediate } = globalThis as { setImmediate?: SetImmediate };
    if (setImmediate) {
      setImmediate(resolve);
    } else if (globalThis.MessageChannel) {
      // Not setTimeout: browsers stretch nested timers to 4 ms. Closed again, since an open port holds Deno's process.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    } else {
      setTimeout(resolve, 0);
    }
  });
}
