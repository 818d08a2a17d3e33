/**
 * [spec] "The task source for any tasks that are queued by EventSource objects is the remote event task source":
 * tasks run in order, each in a turn of the event loop of its own, so that what one event's listeners leave as
 * microtasks is done before the next event.
 */
export class TaskQueue {
  #tasks: (() => void)[] = [];
  /** Where the next task is: shifting a long array would cost its length each time. */
  #next = 0;
  #scheduled = false;
  #drained: (() => void) | undefined;

  queue(task: () => void): void {
    this.#tasks.push(task);
    this.#schedule();
  }

  /** Resolves once nothing is left, so that a reader keeps no more than one chunk's tasks here. One caller at a time. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = resolve;
      this.#settle();
    });
  }

  /** Drops what has not run. */
  clear(): void {
    this.#tasks = [];
    this.#next = 0;
    this.#settle();
  }

  #schedule(): void {
    if (this.#scheduled || this.#next === this.#tasks.length) return;
    this.#scheduled = true;
    queueMacrotask(() => this.#runOne());
  }

  #runOne(): void {
    this.#scheduled = false;
    const task = this.#tasks[this.#next++];
    if (this.#next >= this.#tasks.length) {
      this.#tasks = [];
      this.#next = 0;
    }
    try {
      task?.();
    } finally {
      this.#schedule();
      this.#settle();
    }
  }

  #settle(): void {
    if (this.#next < this.#tasks.length) return;
    this.#drained?.();
    this.#drained = undefined;
  }
}

type SetImmediate = (callback: () => void) => unknown;

function queueMacrotask(callback: () => void): void {
  const { setImmediate } = globalThis as { setImmediate?: SetImmediate };
  if (typeof setImmediate === 'function') {
    setImmediate(callback);
  } else if (typeof MessageChannel === 'function') {
    // Not setTimeout: browsers stretch nested timers to 4 ms. Closed again, since an open port holds Deno's process.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      callback();
    };
    port2.postMessage(null);
  } else {
    setTimeout(callback, 0);
  }
}
