import { isThenable, report } from '../user-callbacks';
import type { Consumer, ConsumerQueue } from './consumer';

/** The consumer that is `onEvent`. */
export interface Caller<E> {
  readonly consumer: Consumer;
  /** It runs, or a promise of it is pending. */
  readonly isRunning: boolean;
  /** It runs, or there is more for it. */
  isBusy(): boolean;
  /** Calls it with an event that it has taken, while it is not busy. */
  call(event: E): void;
}

/**
 * One event after the other, each awaited; in one synchronous run as long as the callback returns no promise.
 */
export function createCaller<E>(queue: ConsumerQueue<E>, onEvent: (event: E) => unknown): Caller<E> {
  const call = (event: E) => {
    caller.isRunning = true;
    try {
      const result = onEvent(event);
      if (result !== undefined && isThenable(result)) {
        Promise.resolve(result).catch(report).then(goOn);
        return;
      }
    } catch (error) {
      report(error);
    }
    caller.isRunning = false;
    queue.settle(consumer);
  };
  const run = () => {
    while (!caller.isRunning && queue.hasNext(consumer)) {
      caller.isRunning = true; // before the queue tells of it
      call(queue.takeNext(consumer));
    }
  };
  const goOn = () => {
    caller.isRunning = false;
    run();
    if (!caller.isRunning) queue.asked(consumer);
  };
  const consumer = queue.join(() => !caller.isRunning, run);
  const caller = {
    consumer,
    isRunning: false,
    isBusy: () => caller.isRunning || queue.hasNext(consumer),
    call,
  };
  return caller;
}
