import { isThenable, report } from '../user-callbacks';
import type { Consumer, ConsumerQueue } from './consumer';

/** The consumer that is `onEvent`. */
export interface Caller {
  readonly consumer: Consumer;
  /** It runs, or a promise of it is pending. */
  isRunning: boolean;
  /** It runs, or there is more for it. */
  isBusy(): boolean;
  /** Whether what it returned is a promise, after which it goes on. */
  waitsFor(result: unknown): boolean;
}

/**
 * One event after the other, each awaited; in one synchronous run as long as the callback returns no promise.
 */
export function createCaller<E>(queue: ConsumerQueue<E>, onEvent: (event: E) => unknown): Caller {
  const run = () => {
    while (!caller.isRunning && queue.hasNext(consumer)) {
      caller.isRunning = true; // before the queue tells of it
      try {
        const result = onEvent(queue.takeNext(consumer));
        if (caller.waitsFor(result)) return;
      } catch (error) {
        report(error);
      }
      caller.isRunning = false;
      queue.settle(consumer);
    }
  };
  const consumer = queue.join(() => !caller.isRunning, run);
  const caller: Caller = {
    consumer,
    isRunning: false,
    isBusy: () => caller.isRunning || queue.hasNext(consumer),
    waitsFor(result) {
      if (!isThenable(result)) return false;
      const goOn = () => {
        caller.isRunning = false;
        run();
        if (!caller.isRunning) queue.asked(consumer);
      };
      Promise.resolve(result).catch(report).then(goOn);
      return true;
    },
  };
  return caller;
}
