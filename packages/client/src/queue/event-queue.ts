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
  /** Whether more is to be read. */
  isWanted(): boolean;
  /** Resolves when more is to be read. A call takes the place of the one before, as with `handled`. */
  wanted(): Promise<void>;
  /** Resolves when `onEvent` has handled all. */
  handled(): Promise<void>;
  /**
   * No event follows; iteration throws the error. The events here can still be taken, unless they are
   * dropped.
   */
  end(drop: boolean, error: unknown): void;
  /** One event at a time. */
  iterate(): AsyncIterableIterator<E>;
  /** All that are there at a time. */
  batches(): AsyncIterableIterator<E[]>;
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
  /** Made anew by each change: whoever goes through it may change it. */
  let consumers: readonly Consumer<E>[] = [];

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
  const isWanted = () => {
    if (onQueueFull !== 'pause') return consumers.length > 0;
    if (maxQueuedEvents) return consumers.length > 0 && waiting() < max;
    return waiting() === 0 && consumers.some((consumer) => consumer.asking());
  };
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      checkDemand = () => {
        if (!condition()) return;
        checkDemand = () => {};
        resolve();
      };
      checkDemand();
    });

  const join = (asking: () => boolean, wake: () => void): Consumer<E> => {
    const consumer = { taken: newest, done: newest, asking, wake };
    consumers = [...consumers, consumer];
    checkDemand();
    return consumer;
  };
  const takeNext = (consumer: Consumer<E>) => {
    const next = after(consumer.taken) as Entry<E>;
    consumer.done = ack ? consumer.taken : next; // a consumer that takes the next is done with the ones before
    consumer.taken = next;
    // Else this one alone holds on to more than half of them.
    if ((newest.n - next.n) * 2 <= entries.length) forget();
    checkDemand();
    return next.event;
  };
  const hasNext = ({ taken }: Consumer<E>) => taken !== newest && after(taken) !== undefined;
  const asked = (consumer: Consumer<E>) => {
    consumer.done = consumer.taken;
    checkDemand();
  };

  const consumerQueue: ConsumerQueue<E> = {
    get end() {
      return end;
    },
    join,
    hasNext,
    takeNext,
    takeAll(consumer) {
      const events: E[] = [];
      const before = consumer.taken;
      while (hasNext(consumer)) events.push(takeNext(consumer));
      if (ack) consumer.done = before;
      return events;
    },
    asked,
    leave(consumer) {
      if (!consumers.includes(consumer)) return;
      consumers = consumers.filter((other) => other !== consumer);
      if (consumers.length === 0) {
        left = consumer.done;
        onDeserted();
      }
      checkDemand();
    },
  };

  if (onEvent) {
    /**
     * One event after the other, each awaited; in one synchronous run as long as the callback returns no
     * promise.
     */
    const run = () => {
      busy = true;
      while (hasNext(consumer)) {
        try {
          const result = onEvent(takeNext(consumer) as never);
          if (isThenable(result)) return void Promise.resolve(result).catch(report).then(run);
        } catch (error) {
          report(error);
        }
      }
      busy = false;
      asked(consumer);
    };
    const consumer = join(
      () => !busy,
      () => {
        if (!busy) run();
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
      for (const consumer of consumers) consumer.wake();
      checkDemand();
      if (dropped) onDropped(dropped);
      dropped = 0;
      return onQueueFull === 'close' && waiting() > max
        ? new ConnectionError('QUEUE_FULL', `More than maxQueuedEvents, ${max}, wait for a consumer`)
        : undefined;
    },
    isWanted,
    wanted: () => until(isWanted),
    handled: () => until(() => !busy),
    end(drop, error) {
      end = { error };
      if (drop) entries.length = 0;
      for (const consumer of consumers) consumer.wake();
    },
    iterate: () => createIterator(consumerQueue, consumerQueue.takeNext),
    batches: () => createIterator(consumerQueue, consumerQueue.takeAll),
  };
}
