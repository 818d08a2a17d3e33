import type { LoggedEvent } from '../log/event-log';
import { laggedFrame } from '../wire/conventions';
import { join } from '../wire/frames';
import type { Meter } from './channel-stats';
import type { SubscriptionWriter } from './subscription-writer';

/** The treatment of a subscriber that takes its events more slowly than they come. */
export interface SlowPolicy {
  readonly maxQueueBytes: number;
  readonly slowSubscriber: 'disconnect' | 'drop-oldest' | 'latest';
  readonly coalesceKey: ((event: LoggedEvent) => string) | undefined;
}

/** For a client that cannot be told of dropped events. */
export function withoutDrops({ maxQueueBytes }: SlowPolicy): SlowPolicy {
  return { maxQueueBytes, slowSubscriber: 'disconnect', coalesceKey: undefined };
}

/** Bytes that are written at once; a larger event goes alone. */
const MAX_FRAME_BYTES = 65_536;

/**
 * The events that wait for one subscriber that is full. The events themselves are shared with the log and
 * with every other queue, so what a queue holds alone is its list, some 45 bytes for each event.
 */
export class SlowQueue {
  readonly #policy: SlowPolicy;
  readonly #meter: Meter;
  /** In log order. A Map, which keeps the order, and lets `latest` find the event that a new one replaces. */
  readonly #events = new Map<string, LoggedEvent>();
  #bytes = 0;
  /** Since the client was last told. */
  #dropped = 0;

  constructor(policy: SlowPolicy, meter: Meter) {
    this.#policy = policy;
    this.#meter = meter;
  }

  /**
   * False: more than `maxQueueBytes` wait, and the policy lets none be dropped. Throws what `coalesceKey`
   * throws.
   */
  add(events: readonly LoggedEvent[]): boolean {
    const { maxQueueBytes, slowSubscriber, coalesceKey } = this.#policy;
    for (const event of events) {
      const key = coalesceKey ? coalesceKey(event) : event.id;
      this.#drop(key);
      this.#events.set(key, event);
      this.#count(event.frame.byteLength);
      if (slowSubscriber !== 'drop-oldest') continue;
      for (const oldest of this.#events.keys()) {
        // The newest stays, however large it is.
        if (this.#bytes <= maxQueueBytes || this.#events.size === 1) break;
        this.#drop(oldest);
      }
    }
    return slowSubscriber === 'drop-oldest' || this.#bytes <= maxQueueBytes;
  }

  /**
   * Writes what waits, and before it how many were dropped. Whether all has been written, and there is room
   * for more.
   */
  drain(writer: SubscriptionWriter): boolean {
    if (this.#dropped > 0) {
      const notice = laggedFrame(this.#dropped);
      this.#dropped = 0;
      if (!writer.subscriber.write(notice)) return false;
    }
    while (this.#events.size > 0) {
      if (!this.#writeOldest(writer)) return false;
    }
    return true;
  }

  clear(): void {
    this.#events.clear();
    this.#count(-this.#bytes);
  }

  #writeOldest(writer: SubscriptionWriter): boolean {
    const frames: Uint8Array[] = [];
    let bytes = 0;
    let last: LoggedEvent | undefined;
    for (const [key, event] of this.#events) {
      const { frame } = event;
      if (frames.length > 0 && bytes + frame.byteLength > MAX_FRAME_BYTES) break;
      bytes += frame.byteLength;
      frames.push(frame);
      last = event;
      this.#events.delete(key);
    }
    this.#count(-bytes);
    return last === undefined || writer.writeEvents(join(frames), frames.length, last);
  }

  #drop(key: string): void {
    const event = this.#events.get(key);
    if (!event) return;
    this.#events.delete(key);
    this.#count(-event.frame.byteLength);
    this.#dropped++;
    this.#meter.add('dropped', 1);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#meter.add('queueBytes', bytes);
  }
}
