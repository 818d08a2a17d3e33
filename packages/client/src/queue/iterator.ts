import type { Consumer, ConsumerQueue } from './consumer';

/** @param take makes one result of the events that there are, at least one */
export function createIterator<E, T>(
  queue: ConsumerQueue<E>,
  take: (consumer: Consumer) => T,
): AsyncIterableIterator<T> {
  const waiters: ((result: IteratorResult<T> | Promise<never>) => void)[] = [];
  let finished = false;
  const consumer = queue.join(
    () => waiters.length > 0,
    () => {
      while (!finished && queue.hasNext(consumer) && waiters.length > 0)
        waiters.shift()?.({ done: false, value: take(consumer) });
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
    next() {
      // Most results: where an event is here already, nobody has to wait for it.
      if (!finished && waiters.length === 0 && queue.hasNext(consumer))
        return Promise.resolve({ done: false, value: take(consumer) });
      return new Promise((resolve) => {
        waiters.push(resolve);
        consumer.wake();
        if (waiters.length > 0) queue.asked(consumer);
      });
    },
    async return() {
      finish();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
