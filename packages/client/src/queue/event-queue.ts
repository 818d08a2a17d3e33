import type { Config } from '../config';
import { ConnectionError } from '../errors';
import { isThenable, report } from '../user-callbacks';
import type { Consumer, ConsumerQueue, Entry } from './consumer';
import { createIterator } from './iterator';

/**
 * The events that have been read and not yet been taken by every consumer. One attempt after the other fills
 * it.
 */
export interface EventQueue<E> {
  /**
   * The last event ID of the events that every consumer is done with: safe to store, nothing before it is
   * lost.
   */
  readonly lastEventId: string;
  /** That of the events received: those that still wait to be taken must not be asked for again. */
  readonly receivedId: string;
  push(event: E, id: string): void;
  /** A block without an event to hand on set the last event ID. */
  pushId(id: string): void;
  /**
   * Hands on the events that were pushed: once per chunk, so that `batches()` gets it whole.
   *
   * @returns QUEUE_FULL, if they are too many
   */
  flush(): ConnectionError | undefined;
  /**
   * Resolves when more is to be read, or when `onEvent` has handled all. A call takes the place of the one
   * before.
   */
  demand(handled?: boolean): Promise<void>;
  /**
   * No event follows; iteration throws the error. The events here can still be taken, unless they are
   * dropped.
   */
  end(drop: boolean, error: unknown): void;
  iterate<T>(take: (next: (count: number) => E[]) => T): AsyncIterableIterator<T>;
}

/**
 * @param onDeserted called when the last consumer has left
 * @param onDropped called with the number of events that were dropped
 */
export function createQueue<E>(
  { lastEventId, ack, onQueueFull = 'pause', maxQueuedEvents, onEvent }: Config,
  onDeserted: () => void,
  onDropped: (dropped: number) => void,
): EventQueue<E> {
  const max = maxQueuedEvents ?? 1000;
  // No links between entries: what a list has let go of would keep what follows it alive.
  const entries: Entry<E>[] = [];
  let newest: Entry<E> = { n: 0, event: undefined as E, id: lastEventId };
  /** The last event that the last consumer was done with. */
  let left = newest;
  let dropped = 0;
  let busy = false; // with `onEvent`
  let end: { readonly error: unknown } | undefined;
  // One slot, not a list: only the newest attempt reads, and a superseded one must not pile up here.
  let checkDemand = () => {};
  const consumers = new Set<Consumer<E>>();

  const oldest = (which: 'taken' | 'done') => {
    let entry: Entry<E> | undefined;
    for (const consumer of consumers) if (!entry || consumer[which].n < entry.n) entry = consumer[which];
    return entry;
  };
  /** How many events the slowest consumer has still to take. */
  const waiting = () => newest.n - (oldest('taken') ?? newest).n;
  const after = ({ n }: Entry<E>): Entry<E> | undefined => entries[n - newest.n + entries.length];
  /**
   * Drops the entries that every consumer has taken, half of them at a time, so that the rest is moved once.
   */
  const forget = () => {
    const passed = entries.length - waiting();
    if (passed * 2 >= entries.length) entries.splice(0, passed);
  };
  const hasDemand = () => {
    if (onQueueFull !== 'pause') return consumers.size > 0;
    if (maxQueuedEvents) return consumers.size > 0 && waiting() < max;
    return waiting() === 0 && [...consumers].some((consumer) => consumer.asking());
  };

  const join = (asking: () => boolean, wake: () => void): Consumer<E> => {
    const consumer = { taken: newest, done: newest, asking, wake };
    consumers.add(consumer);
    checkDemand();
    return consumer;
  };
  const take = (consumer: Consumer<E>, count: number) => {
    const events: E[] = [];
    consumer.done = consumer.taken; // a consumer that takes the next is done with the ones before
    for (let next = after(consumer.taken); next && events.length < count; next = after(next)) {
      events.push(next.event);
      consumer.taken = next;
    }
    if (!ack) consumer.done = consumer.taken;
    forget();
    checkDemand();
    return events;
  };
  const asked = (consumer: Consumer<E>) => {
    consumer.done = consumer.taken;
    checkDemand();
  };

  const consumerQueue: ConsumerQueue<E> = {
    get end() {
      return end;
    },
    join,
    hasNext: ({ taken }) => after(taken) !== undefined,
    take,
    asked,
    leave(consumer) {
      if (consumers.delete(consumer) && consumers.size === 0) {
        left = consumer.done;
        onDeserted();
      }
      checkDemand();
    },
  };

  if (onEvent) {
    // One event after the other, each awaited; in one synchronous run as long as the callback returns no
    // promise.
    const consumer = join(
      () => !busy,
      async () => {
        if (busy) return;
        busy = true;
        while (after(consumer.taken)) {
          try {
            const [event] = take(consumer, 1);
            const result = onEvent(event as never);
            if (isThenable(result)) await result;
          } catch (error) {
            report(error);
          }
        }
        busy = false;
        asked(consumer);
      },
    );
  }

  return {
    get lastEventId() {
      return (oldest('done') ?? left).id;
    },
    get receivedId() {
      return newest.id;
    },
    push(event, id) {
      newest = { n: newest.n + 1, event, id };
      entries.push(newest);
      if (onQueueFull !== 'drop-oldest' || waiting() <= max) return;
      const first = oldest('taken') as Entry<E>;
      for (const consumer of consumers) {
        if (consumer.taken !== first) continue;
        consumer.taken = after(first) as Entry<E>;
        if (consumer.done === first) consumer.done = consumer.taken;
      }
      dropped++;
      forget();
    },
    pushId(id) {
      newest.id = id;
    },
    flush() {
      for (const consumer of [...consumers]) consumer.wake();
      checkDemand();
      if (dropped) onDropped(dropped);
      dropped = 0;
      return onQueueFull === 'close' && waiting() > max
        ? new ConnectionError('QUEUE_FULL', `More than maxQueuedEvents, ${max}, wait for a consumer`)
        : undefined;
    },
    demand: (handled) =>
      new Promise((resolve) => {
        checkDemand = () => {
          if (handled ? busy : !hasDemand()) return;
          checkDemand = () => {};
          resolve();
        };
        checkDemand();
      }),
    end(drop, error) {
      end = { error };
      if (drop) entries.length = 0;
      for (const consumer of [...consumers]) {
        consumer.wake();
      }
    },
    iterate: (take) => createIterator(consumerQueue, take),
  };
}
