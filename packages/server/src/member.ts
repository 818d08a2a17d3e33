import { type EventInput, encode, ServerEventError } from '@eventwire/encoder';
import { join, utf8 } from './block';
import { cursorFrame, gapFrame, refuseReserved } from './conventions';
import type { EventLog, LoggedEvent, LogPage } from './event-log';
import { EventStreamUsageError } from './event-stream-usage-error';
import type { Feed, LiveMember } from './feed';
import { forEachUntil } from './for-each-until';
import { checkIterable } from './produced';
import type { Subscriber, Subscription } from './subscriber';

/** What a member needs of its channel. */
export interface MemberContext {
  readonly log: EventLog;
  readonly feed: Feed;
  readonly initial: (() => Iterable<EventInput> | AsyncIterable<EventInput>) | undefined;
  report(error: unknown): void;
  left(member: Member): void;
}

/** Events per reading of the log. */
const PAGE = 256;
/** Bytes written at once while catching up; a larger event goes alone. */
const MAX_FRAME_BYTES = 65_536;

/**
 * One subscriber and its cursor. It reads the log at its own pace until it has reached the tail, then is live, and reads the log
 * again once its subscriber is full: there is no queue, since the log is one. Who falls out of the log gets a gap.
 */
export class Member implements Subscription, LiveMember {
  readonly closed: Promise<void>;
  readonly subscriber: Subscriber;
  readonly #context: MemberContext;
  #cursor: string;
  /** The feed's generation in which the log has said that the cursor is its own: before, it must not be compared. */
  #known = -1;
  #over = false;
  #settle = () => {};
  /** Closes the source of initial events while one is read. */
  #stopInitial = () => {};

  constructor(context: MemberContext, subscriber: Subscriber, lastEventId: string) {
    this.#context = context;
    this.subscriber = subscriber;
    this.#cursor = lastEventId;
    this.closed = new Promise((resolve) => {
      this.#settle = resolve;
    });
    subscriber.signal.addEventListener('abort', this.#onAbort, { once: true });
    this.#run(lastEventId === '' ? () => this.#begin() : () => this.#catchUp());
  }

  get cursor(): string {
    return this.#cursor;
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#context.feed.leave(this);
    this.subscriber.signal.removeEventListener('abort', this.#onAbort);
    this.#stopInitial();
    this.#context.left(this);
    this.#settle();
  }

  deliver(frame: Uint8Array, last: string): void {
    this.#cursor = last;
    try {
      if (this.subscriber.write(frame)) return;
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#context.feed.leave(this);
    this.#run(async () => {
      await this.subscriber.drained();
      await this.#catchUp();
    });
  }

  lost(): void {
    this.#run(() => this.#catchUp());
  }

  readonly #onAbort = (): void => this.close();

  #run(step: () => Promise<void>): void {
    step().catch((error: unknown) => this.#fail(error));
  }

  /** The client comes back with its last id. */
  #fail(error: unknown): void {
    if (this.#over) return;
    this.close();
    this.#context.report(error);
    try {
      this.subscriber.close();
    } catch (failure) {
      this.#context.report(failure);
    }
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
        if (ahead === 0 && feed.join(this)) return;
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
        this.#cursor = head;
        return this.#send(gapFrame(after, null, head));
      }
    }
    const oldest = events[0]?.id ?? after;
    const before = log.cursorBefore?.(oldest) ?? after;
    this.#cursor = before;
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
    await this.#send(cursorFrame(this.#cursor));
  }

  async #write(events: readonly LoggedEvent[]): Promise<void> {
    for (let from = 0; from < events.length && !this.#over; ) {
      const frames: Uint8Array[] = [];
      let bytes = 0;
      let last = this.#cursor;
      for (const { id, frame } of events.slice(from)) {
        bytes += frame.byteLength;
        if (frames.length > 0 && bytes > MAX_FRAME_BYTES) break;
        frames.push(frame);
        last = id;
      }
      from += frames.length;
      this.#cursor = last;
      await this.#send(join(frames));
    }
  }

  async #send(frame: Uint8Array): Promise<void> {
    if (!this.#over && !this.subscriber.write(frame)) await this.subscriber.drained();
  }
}

/** Without an id: the state belongs to the cursor that follows, and a cut in the middle must bring it again. */
function initialFrame(event: EventInput): Uint8Array {
  refuseReserved(event);
  if (typeof event === 'object' && event?.id !== undefined) {
    throw new ServerEventError(
      'ID_NOT_ALLOWED',
      'id',
      'id is not for initial events: the cursor that follows them has it',
    );
  }
  return utf8(encode(event));
}
