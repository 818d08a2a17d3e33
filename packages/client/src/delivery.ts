import type { Config } from './config';
import { ConnectionError } from './connection-error';
import type { Ending } from './endings';
import { EventCallback } from './event-callback';
import { EventIterator } from './event-iterator';
import { EventQueue } from './event-queue';
import type { Outcome } from './outcome';

/** Events that may wait where `onQueueFull` reads on. */
const MAX_QUEUED_EVENTS = 1000;

/** The way from the attempts, one after the other, to those who take the events. */
export class Delivery<E> {
  readonly #queue: EventQueue<E>;
  readonly #callback: EventCallback<E> | undefined;
  readonly #closeAt: number;
  /**
   * The id of what has been received, against the queue's, which is of what has been taken: what is still in the
   * queue must not be asked for again.
   */
  receivedId: string;

  /** @param onDeserted called when the last consumer has left */
  constructor(config: Config, onDeserted: () => void) {
    const { lastEventId, ack = false, onQueueFull = 'pause', maxQueuedEvents, onEvent } = config;
    const max = maxQueuedEvents ?? MAX_QUEUED_EVENTS;
    const pauseAt = onQueueFull === 'pause' ? maxQueuedEvents : Infinity;
    const dropAt = onQueueFull === 'drop-oldest' ? max : Infinity;
    this.#closeAt = onQueueFull === 'close' ? max : Infinity;
    this.receivedId = lastEventId;
    this.#queue = new EventQueue<E>(lastEventId, { ack, pauseAt, dropAt }, onDeserted);
    this.#callback = onEvent && new EventCallback<E>(this.#queue, onEvent as (event: E) => unknown);
  }

  /** Of what has been taken, or dealt with: safe to store. */
  get lastEventId(): string {
    return this.#queue.lastEventId;
  }

  iterate(): AsyncIterableIterator<E> {
    return new EventIterator(this.#queue, (iterator) => this.#queue.take(iterator, 1)[0] as E);
  }

  batches(): AsyncIterableIterator<E[]> {
    return new EventIterator(this.#queue, (iterator) => this.#queue.take(iterator));
  }

  push(event: E, lastEventId: string): void {
    this.receivedId = lastEventId;
    this.#queue.push(event, lastEventId);
  }

  pushId(lastEventId: string): void {
    this.receivedId = lastEventId;
    this.#queue.pushId(lastEventId);
  }

  /** Hands on what was pushed; how the stream ends, if that is too much. */
  flush(onDropped: (dropped: number) => void): Ending | undefined {
    const queue = this.#queue;
    queue.flush();
    const { dropped } = queue;
    queue.dropped = 0;
    if (dropped > 0) onDropped(dropped);
    if (queue.waiting <= this.#closeAt) return undefined;
    const message = `More than ${this.#closeAt} events are waiting, as maxQueuedEvents allows`;
    return { kind: 'error', error: new ConnectionError('QUEUE_FULL', message) };
  }

  /** Resolves when more is to be read. */
  demand(): Promise<void> {
    return this.#queue.demand();
  }

  /** Resolves when `onEvent` has handled what was handed on; undefined if that is so already. */
  handled(): Promise<void> | undefined {
    return this.#callback?.idle();
  }

  finish({ reason, error }: Outcome): void {
    if (reason === 'closed') this.#queue.drop();
    else this.#queue.end(/^(failed|exhausted)$/.test(reason) ? error : undefined);
  }
}
