import { isOver, type Subscriber } from '../stream/subscriber';
import { attempt } from '../user-callbacks';
import { retryFrame } from '../wire/frames';
import type { ChannelCloseOptions } from './channel-options';

interface Closable {
  readonly subscriber: Subscriber;
  close(): void;
}

/**
 * Closes streams whose clients are to come back, one after the other over `spread` ms. Settles once all their
 * responses are over, or after `timeout`.
 *
 * @param told called once every stream has been told
 */
export async function closeSubscribers(
  subscriptions: readonly Closable[],
  { retry, spread = 0, timeout }: ChannelCloseOptions,
  report: (error: unknown) => void,
  told: () => void = () => {},
): Promise<void> {
  const began = performance.now();
  const closed: (Promise<void> | undefined)[] = [];
  for (const [index, subscription] of subscriptions.entries()) {
    const due = began + (spread * index) / subscriptions.length - performance.now();
    // Until its turn a stream goes on: a client that is not told yet misses nothing.
    if (due > 0) await new Promise<void>((resolve) => setTimeout(resolve, due));
    subscription.close();
    closed.push(attempt(() => closeWithRetry(subscription.subscriber, retry), report));
  }
  told();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => {
    if (timeout !== undefined) timer = setTimeout(resolve, timeout);
  });
  await Promise.race([Promise.allSettled(closed), patience]);
  clearTimeout(timer);
}

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
