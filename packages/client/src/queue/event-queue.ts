import type { Config } from '../check-options';
import { ConnectionError } from '../errors';
import { isThenable, report } from '../user-callbacks';

/** An event, and what was received after it: each consumer holds on to the last one that it has taken. */
interface Entry<E> {
  /** Sequence number. */
  readonly n: number;
  readonly event: E;
  /** The last event ID after it; blocks without an event change it. */
  id: string;
}

/** Someone who takes every event from its joining on. */
interface Consumer<E> {
  /** The newest event that it has taken, or that came before it joined. */
  taken: Entry<E>;
  /** The newest that it is done with. */
  done: Entry<E>;
  /** Whether it could do with an event now. */
  asking(): boolean;
  /** There are events to take, or there will be none any more. */
  wake(): void;
}

/** What has been read and not yet been taken by everyone; from the attempts, one after the other, to the consumers. */
export interface EventQueue<E> {
  /** The last event ID of what everyone is done with: safe to store, nothing before it is lost. */
  readonly lastEventId: string;
  /** That of what has been received: what still waits to be taken must not be asked for again. */
  readonly receivedId: string;
  push(event: E, id: string): void;
  /** A block without an event to hand on set the last event ID. */
  pushId(id: string): void;
  /** Hands on what was pushed: once per chunk, so that `batches()` gets it whole. Why it is too much, if it is. */
  flush(): ConnectionError | undefined;
  /** Resolves when more is to be read, or when `onEvent` has handled all. A call takes the place of the one before. */
  demand(handled?: boolean): Promise<void>;
  /** No event follows; iteration throws the error. What is here can still be taken, unless it is to be dropped. */
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
  let left = newest; // what the last consumer was done with
  let dropped = 0;
  let busy = false; // with `onEvent`
  let end: { readonly error: unknown } | undefined;
  // One slot, not a list: only the newest attempt reads, and a superseded one must not pile up here.
  let settle = () => {};
  const consumers = new Set<Consumer<E>>();

  const oldest = (which: 'taken' | 'done') => {
    let entry: Entry<E> | undefined;
    for (const consumer of consumers) if (!entry || consumer[which].n < entry.n) entry = consumer[which];
    return entry;
  };
  /** How many events the slowest consumer has still to take. */
  const waiting = () => newest.n - (oldest('taken') ?? newest).n;
  const after = ({ n }: Entry<E>): Entry<E> | undefined => entries[n - newest.n + entries.length];
  /** What everyone has taken; half of the entries at a time, so that what stays is moved once. */
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
    settle();
    return consumer;
  };
  const take = (consumer: Consumer<E>, count: number) => {
    const events: E[] = [];
    consumer.done = consumer.taken; // who takes the next is done with the ones before
    for (let next = after(consumer.taken); next && events.length < count; next = after(next)) {
      events.push(next.event);
      consumer.taken = next;
    }
    if (!ack) consumer.done = consumer.taken;
    forget();
    settle();
    return events;
  };
  /** It has begun to ask: it is done with what it has taken. */
  const asked = (consumer: Consumer<E>) => {
    consumer.done = consumer.taken;
    settle();
  };

  if (onEvent) {
    // One event after the other, each awaited; in one synchronous run as long as the callback returns no promise.
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
      settle();
      if (dropped) onDropped(dropped);
      dropped = 0;
      return onQueueFull === 'close' && waiting() > max
        ? new ConnectionError('QUEUE_FULL', `More than maxQueuedEvents wait, ${max}`)
        : undefined;
    },
    demand: (handled) =>
      new Promise((resolve) => {
        settle = () => {
          if (handled ? busy : !hasDemand()) return;
          settle = () => {};
          resolve();
        };
        settle();
      }),
    end(drop, error) {
      end = { error };
      if (drop) entries.length = 0;
      for (const consumer of [...consumers]) {
        consumer.wake();
      }
    },
    iterate<T>(pick: (next: (count: number) => E[]) => T): AsyncIterableIterator<T> {
      const waiters: ((result: IteratorResult<T> | Promise<never>) => void)[] = [];
      let finished = false;
      const consumer = join(
        () => waiters.length > 0,
        () => {
          while (!finished && after(consumer.taken) && waiters.length > 0)
            waiters.shift()?.({ done: false, value: pick((count) => take(consumer, count)) });
          if (finished) finish();
          else if (end && waiters.length > 0) {
            asked(consumer); // it is done with what it had
            finish(end.error);
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
        if (consumers.delete(consumer) && consumers.size === 0) {
          left = consumer.done;
          onDeserted();
        }
        settle();
      };
      return {
        next: () =>
          new Promise((resolve) => {
            waiters.push(resolve);
            consumer.wake();
            if (waiters.length > 0) asked(consumer);
          }),
        async return() {
          finish();
          return { done: true, value: undefined };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
}
