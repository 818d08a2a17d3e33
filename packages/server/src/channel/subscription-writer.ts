import type { LoggedEvent } from '../log/event-log';
import type { Subscriber } from '../stream/subscriber';
import { isEnd } from '../wire/end-event';
import type { Meter } from './channel-stats';

/** The way to one subscriber, and how far it has been written. */
export abstract class SubscriptionWriter {
  // The fields that each delivery needs come first, as in BlockWriter.
  #over = false;
  /** The place in the log up to which everything that it selects has been written. */
  place: string;
  /** The last id that the client has been sent; it would come back with this one. */
  sent: string;
  readonly meter: Meter;
  readonly subscriber: Subscriber;

  constructor(subscriber: Subscriber, meter: Meter, lastEventId: string) {
    this.subscriber = subscriber;
    this.meter = meter;
    this.place = this.sent = lastEventId;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Whether its client may be told what PROTOCOL.md has blocks for. */
  get hasConventions(): boolean {
    return this.subscriber.conventions !== false;
  }

  /** Nothing is written from here on. */
  finish(): void {
    this.#over = true;
  }

  /**
   * So many events up to `last`. `false`: there should be no more until the subscriber has drained. Behind the
   * end of a log nothing follows: it closes the stream.
   */
  writeEvents(frame: Uint8Array, count: number, last: LoggedEvent): boolean {
    if (this.#over) return false;
    this.place = this.sent = last.id;
    this.meter.add('deliveries', count);
    if (!isEnd(last)) return this.subscriber.write(frame);
    this.writeEnd(frame, last.frame.byteLength);
    return false;
  }

  /** Frames up to the end of the log, which is so many bytes. */
  protected abstract writeEnd(frame: Uint8Array, bytes: number): void;

  /** Writes what is no event of the log, and settles once there is room again. */
  async send(frame: Uint8Array): Promise<void> {
    if (!this.#over && !this.subscriber.write(frame)) await this.subscriber.drained();
  }
}
