import type { LoggedEvent } from '../../log/event-log';
import { nextTurn, TURN_BYTES } from '../../stream/turn';
import { join } from '../../wire/frames';
import type { SubscriptionWriter } from '../subscription-writer';

/** Bytes written at once; a larger event goes alone. */
const MAX_FRAME_BYTES = 65_536;

/**
 * Writes what is replayed: as fast as its subscriber takes it, and never so fast that others get no turn of
 * the event loop.
 */
export class ReplayPace {
  readonly #writer: SubscriptionWriter;
  /** Events written. */
  replayed = 0;
  /** Bytes since the last turn that was left to others. */
  #spent = 0;

  constructor(writer: SubscriptionWriter) {
    this.#writer = writer;
  }

  async write(events: readonly LoggedEvent[]): Promise<void> {
    const writer = this.#writer;
    for (let from = 0; from < events.length && !writer.over; ) {
      const frames: Uint8Array[] = [];
      let bytes = 0;
      let last: LoggedEvent | undefined;
      for (let next = events[from]; next; next = events[from + frames.length]) {
        bytes += next.frame.byteLength;
        if (frames.length > 0 && bytes > MAX_FRAME_BYTES) break;
        frames.push(next.frame);
        last = next;
      }
      from += frames.length;
      this.replayed += frames.length;
      const frame = join(frames);
      if (last && !writer.writeEvents(frame, frames.length, last)) await writer.subscriber.drained();
      await this.#spend(frame.byteLength);
    }
  }

  /** The same for what is no event of the log. */
  async send(frame: Uint8Array): Promise<void> {
    await this.#writer.send(frame);
    await this.#spend(frame.byteLength);
  }

  leaveTurn(): Promise<void> {
    this.#spent = 0;
    return nextTurn();
  }

  async #spend(bytes: number): Promise<void> {
    this.#spent += bytes;
    if (this.#spent >= TURN_BYTES) await this.leaveTurn();
  }
}
