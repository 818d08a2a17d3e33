import type { EventStreamMessage } from '@eventwire/parser';
import type { Config } from '../config';
import { ConnectionError } from '../errors';
import { report } from '../user-callbacks';
import { createCaller } from './caller';
import type { Consumer, ConsumerQueue, Place } from './consumer';
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
  /** How many events were pushed. */
  readonly received: number;
  push(event: E): void;
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

/** Both kinds of events have it: those that were decoded, and those that were not. */
type Received = Pick<EventStreamMessage, 'id' | 'lastEventId'>;

/** Most ids are the ones before, or there are none, and to write a string again is not free for a collector. */
const setId = (place: Place, id: string) => {
  if (place.id !== id) place.id = id;
};

/**
 * @param onDeserted called when the last consumer has left
 * @param onDropped called with the number of events that were dropped
 */
export function createQueue<E>(
  { lastEventId, ack, onQueueFull = 'pause', maxQueuedEvents, ...config }: Config,
  onDeserted: () => void,
  onDropped: (dropped: number) => void,
): EventQueue<E> {
  const max = maxQueuedEvents ?? 1000;
  const onEvent = config.onEvent as ((event: E) => unknown) | undefined;
  // One array of the events themselves, so that a batch can be the array: an entry for each event would be
  // a third of what it costs.
  let events: E[] = [];
  const newest: Place = { n: 0, id: lastEventId };
  /** The last event ID that the last consumer was done with. */
  let leftId = lastEventId;
  let dropped = 0;
  let end: { readonly error: unknown } | undefined;
  // One slot, not a list: only the newest attempt reads, and a superseded one must not pile up here.
  let checkDemand = () => {};
  /** Made anew by each change: whoever goes through it may change it. */
  let consumers: readonly Consumer[] = [];

  const slowest = (which: 'taken' | 'done') => {
    let place: Place | undefined;
    for (const consumer of consumers) if (!place || consumer[which].n < place.n) place = consumer[which];
    return place;
  };
  /** How many events the slowest consumer has still to take. */
  const waiting = () => newest.n - (slowest('taken') ?? newest).n;
  /** Where in the array its next event is. */
  const indexOf = ({ taken }: Consumer) => taken.n - newest.n + events.length;
  /** Drops the events that every consumer has taken, half of them at a time, so that the rest is moved once. */
  const forget = () => {
    const passed = events.length - waiting();
    if (passed * 2 >= events.length) events.splice(0, passed);
  };
  const isWanted = () => {
    // A callback that has nothing to do, as mostly between two chunks.
    if (caller && !caller.isRunning && events.length === 0) return true;
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

  const join = (asking: () => boolean, wake: () => void): Consumer => {
    const taken = { ...newest };
    const consumer = { taken, done: ack ? { ...newest } : taken, asking, wake };
    consumers = [...consumers, consumer];
    checkDemand();
    return consumer;
  };
  const hasNext = (consumer: Consumer) => consumer.taken.n < newest.n && indexOf(consumer) >= 0;
  /** A consumer is done with the events that it has taken. */
  const settle = ({ taken, done }: Consumer) => {
    if (!ack) return; // it is done with each as it takes it: both are one
    done.n = taken.n;
    done.id = taken.id;
  };
  /** A consumer that takes the next is done with the ones before. */
  const advance = (consumer: Consumer, n: number, event: E) => {
    settle(consumer);
    const { taken } = consumer;
    taken.n = n;
    setId(taken, n === newest.n ? newest.id : (event as Received).lastEventId);
  };
  const takeNext = (consumer: Consumer) => {
    const index = indexOf(consumer);
    const event = events[index] as E;
    advance(consumer, consumer.taken.n + 1, event);
    // Else this one alone holds on to more than half of them.
    if ((index + 1) * 2 >= events.length) forget();
    checkDemand();
    return event;
  };
  const asked = (consumer: Consumer) => {
    settle(consumer);
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
      const index = indexOf(consumer);
      const batch = index === 0 && consumers.length === 1 ? events : events.slice(index);
      advance(consumer, newest.n, batch.at(-1) as E);
      if (waiting() === 0) events = [];
      checkDemand();
      return batch;
    },
    settle,
    asked,
    leave(consumer) {
      if (!consumers.includes(consumer)) return;
      consumers = consumers.filter((other) => other !== consumer);
      if (consumers.length === 0) {
        leftId = consumer.done.id;
        onDeserted();
      }
      checkDemand();
    },
  };
  const caller = onEvent && createCaller(consumerQueue, onEvent);

  const enqueue = (event: E) => {
    newest.n++;
    setId(newest, (event as Received).lastEventId);
    events.push(event);
    if (onQueueFull !== 'drop-oldest' || waiting() <= max) return;
    const { n } = slowest('taken') as Place;
    const { lastEventId } = events[events.length - newest.n + n] as Received;
    for (const { taken, done } of consumers) {
      if (taken.n !== n) continue;
      for (const place of done.n === n ? [taken, done] : [taken])
        Object.assign(place, { n: n + 1, id: lastEventId });
    }
    dropped++;
    forget();
  };

  const push =
    onEvent && caller
      ? (event: E) => {
          // Most events of a callback never wait: those of a whole chunk would live long enough to be copied.
          if (caller.isRunning || events.length > 0 || consumers.length > 1) return enqueue(event);
          const { id, lastEventId } = event as Received;
          const { taken } = caller.consumer;
          taken.n = ++newest.n;
          // Both are one where nothing waits. An id of its own is mostly new, and need not be compared.
          if (id !== undefined || newest.id !== lastEventId) taken.id = newest.id = lastEventId;
          // As the caller would do it: through it, an event would cost a tenth more.
          caller.isRunning = true;
          try {
            const result = onEvent(event);
            if (result !== undefined && caller.waitsFor(result)) return;
          } catch (error) {
            report(error);
          }
          caller.isRunning = false;
          if (ack) settle(caller.consumer);
        }
      : enqueue;

  return {
    get lastEventId() {
      return slowest('done')?.id ?? leftId;
    },
    get receivedId() {
      return newest.id;
    },
    get received() {
      return newest.n;
    },
    push,
    pushId(id) {
      if (newest.id === id) return;
      newest.id = id;
      for (const place of consumers.flatMap(({ taken, done }) => [taken, done]))
        if (place.n === newest.n) place.id = id;
    },
    flush() {
      if (events.length === 0 && dropped === 0) return undefined; // nobody had to wait
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
    handled: () => until(() => !caller?.isBusy()),
    end(drop, error) {
      end = { error };
      if (drop) events = [];
      for (const consumer of consumers) consumer.wake();
    },
    iterate: () => createIterator(consumerQueue, takeNext),
    batches: () => createIterator(consumerQueue, consumerQueue.takeAll),
  };
}
