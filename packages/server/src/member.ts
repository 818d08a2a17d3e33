import type { EventInput } from '@eventwire/encoder';
import { join } from './block';
import type { Meter } from './channel-stats';
import { cursorFrame, gapFrame, laggedFrame } from './conventions';
import type { EventLog, LoggedEvent, LogPage } from './event-log';
import { EventStreamUsageError } from './event-stream-usage-error';
import type { Feed } from './feed';
import { forEachUntil } from './for-each-until';
import { initialFrame } from './initial-frame';
import type { LiveMember } from './live-groups';
import { checkIterable } from './produced';
import type { Selection } from './selection';
import { type SlowPolicy, SlowQueue } from './slow-queue';
import type { Subscriber, Subscription } from './subscriber';

/** What a member needs of its channel. */
export interface MemberContext {
  readonly log: EventLog;
  readonly feed: Feed;
  readonly meter: Meter;
  readonly slowPolicy: SlowPolicy;
  readonly selection: Selection;
  readonly initial: (() => Iterable<EventInput> | AsyncIterable<EventInput>) | undefined;
  report(error: unknown): void;
  left(member: Member): void;
}

/** Events per reading of the log. */
const PAGE = 256;
/** Bytes written at once while catching up; a larger event goes alone. */
const MAX_FRAME_BYTES = 65_536;

/**
 * One subscriber and its cursor. It reads the log at its own pace until it has reached the tail, then is live. While its subscriber is
 * full, what is published waits in a queue with a bound; replay never waits there. Who falls out of the log gets a gap.
 */
export class Member implements Subscription, LiveMember {
  readonly closed: Promise<void>;
  readonly subscriber: Subscriber;
  readonly selection: Selection;
  readonly #context: MemberContext;
  /** While it is live and nothing is queued, the feed's place is its own: no event that it does not select costs it anything. */
  #cursor: string;
  #live = false;
  #queue: SlowQueue | undefined;
  /** The last id that the client has been sent; it would come back with this one. */
  #sent: string;
  /** The feed's generation in which the log has said that the cursor is its own: before, it must not be compared. */
  #known = -1;
  #over = false;
  #settle = () => {};
  /** Closes the source of initial events while one is read. */
  #stopInitial = () => {};

  constructor(context: MemberContext, subscriber: Subscriber, lastEventId: string) {
    this.#context = context;
    this.subscriber = subscriber;
    this.selection = context.selection;
    this.#cursor = this.#sent = lastEventId;
    this.closed = new Promise((resolve) => {
      this.#settle = resolve;
    });
    subscriber.signal.addEventListener('abort', this.#onAbort, { once: true });
    subscriber.idleFrame = this.#idleFrame;
    context.meter.add('subscribers', 1);
    this.#run(lastEventId === '' ? () => this.#begin() : () => this.#catchUp());
  }

  get cursor(): string {
    return this.#live && !this.#queue ? this.#context.feed.delivered : this.#cursor;
  }

  get slow(): boolean {
    return this.#queue !== undefined;
  }

  close(): void {
    if (this.#over) return;
    this.#cursor = this.cursor;
    this.#over = true;
    this.#leaveLive();
    this.#context.feed.leave(this);
    this.subscriber.signal.removeEventListener('abort', this.#onAbort);
    if (this.subscriber.idleFrame === this.#idleFrame) this.subscriber.idleFrame = undefined;
    this.#stopInitial();
    this.#context.meter.add('subscribers', -1);
    this.#context.left(this);
    this.#settle();
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
      this.#delivered(picked.length, last.id);
      const block = picked === events ? frame : join(picked.map((event) => event.frame));
      if (!this.subscriber.write(block)) this.#becomeSlow();
    } catch (error) {
      this.#fail(error);
    }
  }

  lost(position: string): void {
    if (!this.#queue) this.#cursor = position;
    this.#leaveLive();
    this.#run(async () => {
      await this.subscriber.drained();
      await this.#catchUp();
    });
  }

  readonly #onAbort = (): void => this.close();

  /** Where events have been passed over since the last id that the client got, it is told how far it is. */
  readonly #idleFrame = (): Uint8Array | undefined => {
    if (!this.#live || this.#queue || this.#sent === this.cursor) return undefined;
    this.#sent = this.cursor;
    return cursorFrame(this.#sent);
  };

  #run(step: () => Promise<void>): void {
    step().catch((error: unknown) => this.#fail(error));
  }

  /** The client comes back with its last id. */
  #fail(error: unknown): void {
    if (this.#over) return;
    this.close();
    this.#context.report(error);
    this.#disconnect();
  }

  #disconnect(): void {
    try {
      this.subscriber.close();
    } catch (failure) {
      this.#context.report(failure);
    }
  }

  #delivered(count: number, last: string): void {
    this.#cursor = this.#sent = last;
    this.#context.meter.add('deliveries', count);
  }

  #leaveLive(): void {
    this.#live = false;
    if (this.#queue) this.#context.meter.add('queueBytes', -this.#queue.bytes);
    this.#queue = undefined;
  }

  #enqueue(queue: SlowQueue, events: readonly LoggedEvent[]): void {
    const { meter } = this.#context;
    const before = queue.bytes;
    const fits = queue.add(events);
    meter.add('queueBytes', queue.bytes - before);
    if (fits) return;
    // Its client comes back with its last id, and reads the log at its own pace.
    meter.add('evicted', 1);
    this.close();
    this.#disconnect();
  }

  #becomeSlow(): void {
    const queue = new SlowQueue(this.#context.slowPolicy);
    this.#queue = queue;
    this.#run(async () => {
      while (this.#queue === queue) {
        await this.subscriber.drained();
        // From here on nothing is awaited, so that an empty queue is the end of it.
        if (this.#queue === queue && this.#drain(queue)) this.#queue = undefined;
      }
    });
  }

  /** Whether all has been written. */
  #drain(queue: SlowQueue): boolean {
    const { meter } = this.#context;
    const dropped = queue.takeDropped();
    meter.add('dropped', dropped);
    if (dropped > 0 && !this.subscriber.write(laggedFrame(dropped))) return false;
    while (!this.#over) {
      const before = queue.bytes;
      const next = queue.take();
      if (!next) return true;
      meter.add('queueBytes', queue.bytes - before);
      this.#delivered(next.count, next.last);
      if (!this.subscriber.write(next.frame)) return false;
    }
    return true;
  }

  async #begin(): Promise<void> {
    const { generation } = this.#context.feed;
    this.#cursor = await this.#context.log.head();
    this.#known = generation;
    await this.#present();
    await this.#catchUp();
  }

  async #catchUp(): Promise<void> {
    const { feed, log } = this.#context;
    while (!this.#over) {
      await feed.listen();
      if (this.#over) return;
      const known = this.#known === feed.generation;
      if (known) {
        // From here to join() nothing is awaited, so that nothing can arrive in between.
        const ahead = log.compare(this.#cursor, feed.tailed);
        if (ahead === 0 && feed.join(this)) {
          this.#live = true;
          return;
        }
        if (ahead > 0) {
          await feed.more();
          continue;
        }
      }
      const { generation } = feed;
      const page = await log.read(this.#cursor, { limit: PAGE });
      if (this.#over) return;
      if (page.gap) await this.#bridge(page);
      else await this.#write(this.#upToTail(page.events, known));
      this.#known = generation;
    }
  }

  /** Reading past the tail would mean to wait for it, and then to be past it again, and never to be live. */
  #upToTail(events: LoggedEvent[], known: boolean): LoggedEvent[] {
    const { feed, log } = this.#context;
    const last = events.at(-1);
    if (!last && known) {
      throw new EventStreamUsageError(
        'INCONSISTENT_LOG',
        `The log reads nothing after ${this.#cursor}, but its tail is at ${feed.tailed}`,
      );
    }
    if (!last || log.compare(last.id, feed.tailed) <= 0) return events;
    return events.filter((event) => log.compare(event.id, feed.tailed) <= 0);
  }

  /** Tells of a gap before anything else, and goes on behind it. */
  async #bridge({ events }: LogPage): Promise<void> {
    const { log, initial } = this.#context;
    const after = this.#cursor;
    this.#context.meter.add('gaps', 1);
    if (initial) {
      this.#cursor = await log.head();
      // Not with the cursor as its id: a connection lost before the state was through would go on behind a state that never came.
      await this.#send(gapFrame(after, events[0]?.id ?? null, after));
      return this.#present();
    }
    if (events.length === 0) {
      const head = await log.head();
      // Asked again, since what was added before head() was asked must not be skipped.
      ({ events } = await log.read(after, { limit: PAGE }));
      if (events.length === 0) {
        this.#cursor = this.#sent = head;
        return this.#send(gapFrame(after, null, head));
      }
    }
    const oldest = events[0]?.id ?? after;
    const before = log.cursorBefore?.(oldest) ?? after;
    this.#cursor = this.#sent = before;
    await this.#send(gapFrame(after, oldest, before));
    await this.#write(events);
  }

  /** The state that the cursor stands for, then the cursor itself. */
  async #present(): Promise<void> {
    const { initial, report } = this.#context;
    if (initial && !this.#over) {
      const source = initial();
      checkIterable(source, 'What initial gives');
      const abort = new AbortController();
      this.#stopInitial = () => abort.abort();
      await forEachUntil(source, abort.signal, report, (event) => this.#send(initialFrame(event)));
    }
    this.#sent = this.#cursor;
    await this.#send(cursorFrame(this.#cursor));
  }

  async #write(events: readonly LoggedEvent[]): Promise<void> {
    const picked = this.selection.pick(events);
    for (let from = 0; from < picked.length && !this.#over; ) {
      const frames: Uint8Array[] = [];
      let bytes = 0;
      let last = this.#cursor;
      for (const { id, frame } of picked.slice(from)) {
        bytes += frame.byteLength;
        if (frames.length > 0 && bytes > MAX_FRAME_BYTES) break;
        frames.push(frame);
        last = id;
      }
      from += frames.length;
      this.#delivered(frames.length, last);
      this.#context.meter.add('replayed', frames.length);
      await this.#send(join(frames));
    }
    // Those that were passed over count as seen.
    if (!this.#over) this.#cursor = events.at(-1)?.id ?? this.#cursor;
  }

  async #send(frame: Uint8Array): Promise<void> {
    if (!this.#over && !this.subscriber.write(frame)) await this.subscriber.drained();
  }
}
