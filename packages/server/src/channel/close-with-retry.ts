import { isOver, type Subscriber } from '../stream/subscriber';
import { retryFrame } from '../wire/frames';

/**
 * Closes a stream whose client is to come back, after a time of its own between these two, in ms. Gives
 * what settles once its last bytes have gone out, where the stream knows. Throws what the subscriber
 * throws.
 */
export function closeWithRetry(
  subscriber: Subscriber,
  retry: readonly [least: number, most: number] | undefined,
): Promise<void> | undefined {
  if (retry && !isOver(subscriber)) {
    const [least, most] = retry;
    subscriber.write(retryFrame(least + Math.floor(Math.random() * (most - least + 1))));
  }
  if (!isOver(subscriber)) subscriber.close();
  return subscriber.closed;
}
