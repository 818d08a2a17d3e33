import type { LoggedEvent } from './event-log';
import { heldBytes } from './held-bytes';
import { SlidingList } from './sliding-list';

interface Recent {
  readonly event: LoggedEvent;
  readonly bytes: number;
}

/**
 * The newest events of a log, as they were delivered, for subscribers that come back: those need not read
 * the log again, all at once, for what has just been in memory.
 */
export class RecentEvents {
  readonly #maxBytes: number;
  readonly #events = new SlidingList<Recent>();
  /** Each event by the id of the one before it. */
  readonly #following = new Map<string, LoggedEvent>();
  /** Behind which the first and the last of them stand. */
  #start: string;
  #end: string;
  #bytes = 0;

  /** @param start the id behind which they begin */
  constructor(maxBytes: number, start: string) {
    this.#maxBytes = maxBytes;
    this.#start = this.#end = start;
  }

  add(event: LoggedEvent): void {
    const bytes = heldBytes(event);
    this.#events.push({ event, bytes });
    this.#following.set(this.#end, event);
    this.#end = event.id;
    this.#bytes += bytes;
    while (this.#bytes > this.#maxBytes && this.#events.first) this.#remove(this.#events.first);
  }

  /**
   * Some events that follow an id directly, up to about so many bytes of frames; none if it is unknown
   * here, or the newest.
   */
  after(id: string, maxBytes: number): LoggedEvent[] {
    const events: LoggedEvent[] = [];
    let bytes = 0;
    for (let next = this.#following.get(id); next && bytes < maxBytes; next = this.#following.get(next.id)) {
      events.push(next);
      bytes += next.frame.byteLength;
    }
    return events;
  }

  /** The oldest. */
  #remove({ event, bytes }: Recent): void {
    this.#events.shift();
    this.#following.delete(this.#start);
    this.#start = event.id;
    this.#bytes -= bytes;
  }
}
