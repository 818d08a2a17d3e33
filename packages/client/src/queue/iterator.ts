import type { ConsumerQueue } from './consumer';

/** @param pick makes one result of the events that `next` takes */
export function createIterator<E, T>(
  queue: ConsumerQueue<E>,
  pick: (next: (count: number) => E[]) => T,
): AsyncIterableIterator<T> {
  const waiters: ((result: IteratorResult<T> | Promise<never>) => void)[] = [];
  let finished = false;
  const consumer = queue.join(
    () => waiters.length > 0,
    () => {
      while (!finished && queue.hasNext(consumer) && waiters.length > 0)
        waiters.shift()?.({ done: false, value: pick((count) => queue.take(consumer, count)) });
      if (finished) finish();
      else if (queue.end && waiters.length > 0) {
        queue.asked(consumer);
        finish(queue.end.error);
      }
    },
  );
  /** The first waiter learns of the error, once; all others that there is nothing more. */
  const finish = (error?: unknown) => {
    finished = true;
    for (const resolve of waiters.splice(0)) {
      resolve(error ? Promise.reject(error) : { done: true, value: undefined });
      error = undefined;
    }
    queue.leave(consumer);
  };
  return {
    next: () =>
      new Promise((resolve) => {
        waiters.push(resolve);
        consumer.wake();
        if (waiters.length > 0) queue.asked(consumer);
      }),
    async return() {
      finish();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
