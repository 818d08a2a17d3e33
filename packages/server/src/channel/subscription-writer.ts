import type { Subscriber } from '../stream/subscriber';
import type { Meter } from './channel-stats';

/** The way to one subscriber, and how far it has been written. */
export class SubscriptionWriter {
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
   * So many events up to the id `last`. `false`: there should be no more until the subscriber has drained.
   */
  writeEvents(frame: Uint8Array, count: number, last: string): boolean {
    if (this.#over) return false;
    this.place = this.sent = last;
    this.meter.add('deliveries', count);
    return this.subscriber.write(frame);
  }

  /** Writes what is no event of the log, and settles once there is room again. */
  async send(frame: Uint8Array): Promise<void> {
    if (!this.#over && !this.subscriber.write(frame)) await this.subscriber.drained();
  }
}
