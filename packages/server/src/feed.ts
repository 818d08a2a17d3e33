import type { EventLog, LoggedEvent, LogPage } from './event-log';
import { LiveGroups, type LiveMember } from './live-groups';
import { afterThisTurn } from './turn';

/** What has arrived is delivered without waiting for the turn's end from this many bytes on, so that it has a bound. */
const MAX_JOINED_BYTES = 65_536;

/**
 * The log's tail, joined per turn of the event loop and handed to all live members as one shared frame.
 *
 * It is the only way from the log to a live member, so that there is one order, whoever published and in whichever process.
 */
export class Feed {
  readonly #log: EventLog;
  readonly #live = new LiveGroups();
  #listening: Promise<void> | undefined;
  // Made with the first tail: Workers refuse to make one outside of a request.
  #abort: AbortController | undefined;
  #generation = 0;
  #tailed = '';
  #delivered = '';
  #arrived: LoggedEvent[] = [];
  #bytes = 0;
  #scheduled = false;
  #waiters: (() => void)[] = [];

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** The id of the last event that has arrived, or the one behind which the tail began. */
  get tailed(): string {
    return this.#tailed;
  }

  /** The place up to which live members have been given everything that they select. */
  get delivered(): string {
    return this.#delivered;
  }

  /** Changes when the tail has lost its place, after which ids that were known may no longer be of this log. */
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
   * Takes in a member that has read the log up to `tailed`. What has arrived and not been delivered it has read too, so that
   * goes out to the others first. `false`: more has arrived meanwhile.
   */
  join(member: LiveMember): boolean {
    this.#deliver();
    if (this.#log.compare(member.cursor, this.#tailed) !== 0) return false;
    this.#live.add(member);
    return true;
  }

  leave(member: LiveMember): void {
    this.#live.delete(member);
  }

  /** Settles once something more has arrived. */
  more(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Asks the log whether the tail has lost its place, and if so, begins anew. Also true where either has happened meanwhile. */
  async isAstray(): Promise<boolean> {
    const [place, generation] = [this.#tailed, this.#generation];
    const { gap } = await this.#log.read(place, { limit: 1 });
    if (place !== this.#tailed || generation !== this.#generation) return true;
    if (gap) this.#restart();
    return gap;
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
      const head = await this.#log.head();
      if (abort.signal.aborted) return;
      this.#tailed = this.#delivered = head;
      await this.#log.tail(head, (page) => this.#receive(page), abort.signal);
    } catch (error) {
      abort.abort();
      throw error;
    }
  }

  #receive({ events, gap }: LogPage): void {
    if (gap) {
      this.#restart();
      return;
    }
    const last = events.at(-1);
    if (!last) return;
    for (const event of events) {
      this.#arrived.push(event);
      this.#bytes += event.frame.byteLength;
    }
    this.#tailed = last.id;
    if (this.#bytes >= MAX_JOINED_BYTES) this.#deliver();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      afterThisTurn(() => {
        this.#scheduled = false;
        this.#deliver();
      });
    }
    this.#wake();
  }

  /** Each member has to learn from the log itself what it has missed; the tail begins anew at the head. */
  #restart(): void {
    this.#deliver();
    this.#abort?.abort();
    this.#listening = undefined;
    this.#generation++;
    for (const member of this.#live.clear()) member.lost(this.#tailed);
    this.#wake();
  }

  #deliver(): void {
    const events = this.#arrived;
    if (events.length === 0) return;
    this.#arrived = [];
    this.#bytes = 0;
    this.#delivered = this.#tailed;
    this.#live.deliver(events);
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}
