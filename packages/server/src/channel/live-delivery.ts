import { afterThisTurn, startTimer } from '@eventwire/options';
import type { EventLog, LoggedEvent, LogPage } from '../log/event-log';
import { type LogReader, PAGE_BYTES } from '../log/log-reader';
import { RecentEvents } from '../log/recent-events';
import type { ReservedEvents } from '../log/reserved-events';
import type { Wait } from '../wait';
import { type LiveSubscription, TopicIndex } from './topic-index';

/**
 * From this many bytes on, events are delivered without waiting for the turn's end, so that memory has a
 * bound.
 */
const MAX_JOINED_BYTES = 65_536;
/** Of what has been delivered, in memory, for those who come back. */
const RECENT_BYTES = 4 * 1024 * 1024;
/** Ms. A delivery that takes less is no burden, and timers are no finer than half of it. */
const HEAVY = 2;
/** Ms for which events are held back at most. */
const MAX_REST = 25;

/**
 * The log's tail, joined per turn of the event loop and handed to all live subscriptions as one shared
 * frame. Where that takes long and events come faster, they are joined for as long again, up to 25 ms.
 *
 * It is the only way from the log to a live subscription, so that there is one order, whoever published and
 * in whichever process.
 */
export class LiveDelivery {
  readonly #log: EventLog;
  readonly #reader: LogReader;
  readonly #reserved: ReservedEvents;
  readonly #live = new TopicIndex();
  #listening: Promise<void> | undefined;
  // Made with the first tail: Workers refuse to make one outside of a request.
  #abort: AbortController | undefined;
  #generation = 0;
  /** None if the log is as quick. */
  #recent: RecentEvents | undefined;
  #newest = '';
  #delivered = '';
  #arrived: LoggedEvent[] = [];
  #bytes = 0;
  #scheduled = false;
  #delivering = false;
  /** Pages that came in during a delivery: taken in after it, so that no delivery begins within another. */
  #postponed: LogPage[] = [];
  /** In ms of `performance.now()`: before, there is no delivery. */
  #restUntil = 0;
  /** When the last delivery ended, on the same clock. */
  #ended = -Infinity;
  readonly #waiters = new Set<() => void>();

  constructor(log: EventLog, reader: LogReader, reserved: ReservedEvents) {
    this.#log = log;
    this.#reader = reader;
    this.#reserved = reserved;
  }

  /** The id of the last event that has arrived, or the one behind which the tail began. */
  get newest(): string {
    return this.#newest;
  }

  /**
   * The place up to which live subscriptions have been given everything that they select. Within a
   * delivery, the one before it.
   */
  get delivered(): string {
    return this.#delivered;
  }

  get delivering(): boolean {
    return this.#delivering;
  }

  /**
   * Changes when the tail has lost its place, after which ids that were known may no longer be of this log.
   */
  get generation(): number {
    return this.#generation;
  }

  /** Settles once the tail has begun; begins it where it has not, or has failed. */
  listen(): Promise<void> {
    if (!this.#listening) {
      const listening = this.#begin();
      this.#listening = listening;
      listening.catch(() => {
        if (this.#listening === listening) this.#listening = undefined;
      });
    }
    return this.#listening;
  }

  /**
   * Takes in a subscription that has read the log up to `newest`. It has also read the events that have
   * arrived and not been delivered, so that goes out to the others first. `false`: more has arrived
   * meanwhile.
   */
  join(subscription: LiveSubscription): boolean {
    this.#deliver();
    if (this.#log.compare(subscription.cursor, this.#newest) !== 0) return false;
    this.#live.add(subscription);
    return true;
  }

  leave(subscription: LiveSubscription): void {
    this.#live.delete(subscription);
  }

  /** Some events that follow an id, of those that were delivered last; none if it is not among them. */
  recent(after: string): readonly LoggedEvent[] {
    return this.#recent?.after(after, PAGE_BYTES) ?? [];
  }

  /** Settles once something more has arrived. */
  more(): Wait<void> {
    let drop = () => {};
    const result = new Promise<void>((resolve) => {
      this.#waiters.add(resolve);
      drop = () => {
        this.#waiters.delete(resolve);
        resolve();
      };
    });
    return { result, drop };
  }

  /**
   * Asks the log whether the tail has lost its place, and if so, begins anew. Also true where either has
   * happened meanwhile.
   */
  async isAstray(): Promise<boolean> {
    const [place, generation] = [this.#newest, this.#generation];
    const gap = await this.#reader.isGap(place).result;
    if (place !== this.#newest || generation !== this.#generation) return true;
    if (gap) this.#restart();
    return gap === true;
  }

  close(): void {
    this.#deliver();
    this.#abort?.abort();
    this.#wake();
  }

  async #begin(): Promise<void> {
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const head = await this.#log.lastId();
      if (abort.signal.aborted) return;
      this.#newest = this.#delivered = head;
      this.#recent = this.#log.isLocal ? undefined : new RecentEvents(RECENT_BYTES, head);
      await this.#log.follow(head, (page) => this.#receive(page), abort.signal);
    } catch (error) {
      abort.abort();
      throw error;
    }
  }

  #receive(page: LogPage): void {
    if (this.#delivering) {
      this.#postponed.push(page);
      return;
    }
    this.#take(page);
    if (this.#bytes >= MAX_JOINED_BYTES) this.#deliver();
  }

  #take({ events, gap }: LogPage): void {
    if (gap) {
      this.#restart();
      return;
    }
    const last = events.at(-1);
    if (!last) return;
    for (const event of this.#reserved.without(events)) {
      this.#arrived.push(event);
      this.#bytes += event.frame.byteLength;
      this.#recent?.add(event);
    }
    this.#newest = last.id;
    if (this.#arrived.length > 0) this.#schedule();
    else this.#delivered = last.id;
    this.#wake();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const deliver = () => {
      this.#scheduled = false;
      this.#deliver();
    };
    const rest = Math.ceil(this.#restUntil - performance.now());
    if (rest > 0) startTimer(deliver, rest);
    else afterThisTurn(deliver);
  }

  /**
   * Each subscription has to learn from the log itself what it has missed; the tail begins anew at the
   * head.
   */
  #restart(): void {
    this.#abort?.abort();
    this.#deliver();
    this.#recent = undefined;
    this.#listening = undefined;
    this.#generation++;
    for (const subscription of this.#live.clear()) subscription.lost(this.#newest);
    this.#wake();
  }

  #deliver(): void {
    const events = this.#arrived;
    if (events.length === 0) return;
    this.#arrived = [];
    this.#bytes = 0;
    const began = performance.now();
    this.#delivering = true;
    try {
      this.#live.deliver(events);
    } finally {
      this.#delivering = false;
      this.#delivered = this.#newest;
    }
    const now = performance.now();
    const took = now - began;
    // Where events gather while one delivery follows the other, the next takes no longer with more of them:
    // so the process is left to others for as long, and half of its time goes further. An event that comes
    // after a pause waits for nothing.
    const isPressed = events.length > 1 && took >= HEAVY && began - this.#ended < 2 * took;
    this.#restUntil = isPressed ? now + Math.min(took, MAX_REST) : 0;
    this.#ended = now;
    this.#takePostponed();
  }

  /**
   * It goes out in a turn of its own, however much it is: what every delivery brings about would else go on
   * for ever.
   */
  #takePostponed(): void {
    const pages = this.#postponed;
    if (pages.length === 0) return;
    this.#postponed = [];
    const generation = this.#generation;
    for (const page of pages) if (generation === this.#generation) this.#take(page);
  }

  #wake(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const resolve of waiters) resolve();
  }
}
