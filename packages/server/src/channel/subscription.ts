import type { LoggedEvent } from '../log/event-log';
import {
  breakOff,
  type Follower,
  follow,
  type Subscriber,
  type Subscription,
  unfollow,
} from '../stream/subscriber';
import { cursorFrame } from '../wire/conventions';
import { join } from '../wire/frames';
import type { Meter } from './channel-stats';
import { type Initial, Replay, type ReplayContext, type ReplayTask } from './replay/replay';
import type { Selection } from './selection';
import { type SlowPolicy, SlowQueue, withoutDrops } from './slow-subscriber';
import { SubscriptionWriter } from './subscription-writer';
import type { LiveSubscription } from './topic-index';

/** The parts of a channel that its subscriptions need. */
export interface SubscriptionContext extends ReplayContext {
  readonly meter: Meter;
  readonly slowPolicy: SlowPolicy;
  left(subscription: ChannelSubscription): void;
}

/** For a client that no gap could be told of. */
const GONE = {
  status: 410,
  body: 'The events after this last event ID are gone: come back without it, and load the state anew\n',
};

/**
 * One subscriber in a channel. It reads the log at its own pace until it has reached the tail, then is
 * live. While its subscriber is full, what is published waits in a queue with a bound.
 */
export class ChannelSubscription
  extends SubscriptionWriter
  implements Subscription, LiveSubscription, Follower, ReplayTask
{
  readonly selection: Selection;
  /** While its subscriber is full. */
  #queue: SlowQueue | undefined;
  readonly closed: Promise<void>;
  readonly initial: Initial | undefined;
  readonly from: 'start' | 'now';
  readonly #context: SubscriptionContext;
  /** Until it is live. */
  #catchUp: Replay | undefined;
  #isLive = false;
  #resolveClosed = () => {};

  constructor(
    context: SubscriptionContext,
    subscriber: Subscriber,
    lastEventId: string,
    selection: Selection,
    initial: Initial | undefined,
    from: 'start' | 'now' = 'now',
  ) {
    super(subscriber, context.meter, lastEventId);
    this.#context = context;
    this.selection = selection;
    this.initial = initial;
    this.from = from;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  start(): void {
    try {
      follow(this.subscriber, this);
      // Until it is known whether a gap has to be answered with 410.
      if (this.place !== '' && !this.hasConventions) this.subscriber.hold?.();
    } catch (error) {
      this.fail(error);
    }
    if (!this.over) this.#run(() => this.#catchUpWithLog());
  }

  /**
   * While it is live and nothing is queued, the live delivery's place is its own: events that it does not
   * select cost it nothing.
   */
  get cursor(): string {
    if (!this.#isLive || this.#queue) return this.place;
    const { live, log } = this.#context;
    // Within a delivery it may have been written more already.
    return live.delivering && log.compare(this.place, live.delivered) > 0 ? this.place : live.delivered;
  }

  get slow(): boolean {
    return this.#queue !== undefined;
  }

  close(): void {
    if (this.over) return;
    this.place = this.cursor;
    this.finish();
    this.#leaveLive();
    this.#context.live.leave(this);
    this.#unfollow();
    this.#catchUp?.stop();
    this.#context.meter.add('subscribers', -1);
    this.#context.left(this);
    this.#resolveClosed();
  }

  deliver(events: readonly LoggedEvent[], frame: Uint8Array): void {
    try {
      const picked = this.selection.filtered(events);
      const last = picked.at(-1);
      if (!last) return;
      if (this.#queue) {
        this.#enqueue(this.#queue, picked);
        return;
      }
      const block = picked === events ? frame : join(picked.map((event) => event.frame));
      if (!this.writeEvents(block, picked.length, last)) this.#becomeSlow();
    } catch (error) {
      this.fail(error);
    }
  }

  lost(position: string): void {
    if (!this.#queue) this.place = position;
    this.#leaveLive();
    this.#run(async () => {
      await this.subscriber.drained();
      await this.#catchUpWithLog();
    });
  }

  /** Where events have been passed over since the last id that the client got, it is told how far it is. */
  idleFrame(): Uint8Array | undefined {
    if (!this.hasConventions || !this.#isLive || this.#queue || this.sent === this.cursor) return undefined;
    this.sent = this.cursor;
    return cursorFrame(this.cursor);
  }

  join(): boolean {
    this.#isLive = this.#context.live.join(this);
    if (this.#isLive && !this.hasConventions) this.subscriber.open?.();
    return this.#isLive;
  }

  failForGap(): void {
    this.close();
    try {
      if (!this.subscriber.respond?.(GONE)) this.#disconnect();
    } catch (error) {
      this.#context.report(error);
    }
  }

  /** Its client has everything, and does not come back. */
  protected override writeEnd(frame: Uint8Array, bytes: number): void {
    const { subscriber } = this;
    // A client without conventions takes the end of the body for the end.
    const length = this.hasConventions ? frame.byteLength : frame.byteLength - bytes;
    if (length > 0) subscriber.write(frame.subarray(0, length));
    this.close();
    subscriber.close();
  }

  /** Gone once the subscription is live, for as long as it stays so. */
  async #catchUpWithLog(): Promise<void> {
    const catchUp = new Replay(this.#context, this);
    this.#catchUp = catchUp;
    await catchUp.run();
    if (this.#catchUp === catchUp) this.#catchUp = undefined;
  }

  #run(step: () => Promise<void>): void {
    step().catch((error: unknown) => this.fail(error));
  }

  #unfollow(): void {
    try {
      unfollow(this.subscriber, this);
    } catch (error) {
      this.#context.report(error);
    }
  }

  #leaveLive(): void {
    this.#isLive = false;
    this.#queue?.clear();
    this.#queue = undefined;
  }

  #becomeSlow(): void {
    // Writing may have closed it.
    if (this.over) return;
    const { slowPolicy, meter } = this.#context;
    const queue = new SlowQueue(this.hasConventions ? slowPolicy : withoutDrops(slowPolicy), meter);
    this.#queue = queue;
    this.#run(async () => {
      while (this.#queue === queue) {
        await this.subscriber.drained();
        // From here on nothing is awaited, so that an empty queue is the end of it.
        if (this.#queue === queue && queue.drain(this)) this.#queue = undefined;
      }
    });
  }

  #enqueue(queue: SlowQueue, events: readonly LoggedEvent[]): void {
    const isWithinBound = queue.add(events);
    // `coalesceKey` may have closed it.
    if (this.#queue !== queue) queue.clear();
    else if (!isWithinBound) this.#evict();
  }

  #evict(): void {
    this.#context.meter.add('evicted', 1);
    this.close();
    this.#disconnect();
  }

  fail(error: unknown): void {
    if (this.over) return;
    this.close();
    this.#context.report(error);
    this.#disconnect();
  }

  /** Its client comes back with its last id. */
  #disconnect(): void {
    try {
      breakOff(this.subscriber);
    } catch (failure) {
      this.#context.report(failure);
    }
  }
}
