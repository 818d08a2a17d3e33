import type { EventInput } from '@eventwire/encoder';
import { join } from './block';
import { cursorFrame, gapFrame } from './conventions';
import type { EventLog, LoggedEvent, LogPage } from './event-log';
import { EventStreamUsageError } from './event-stream-usage-error';
import type { Feed } from './feed';
import { forEachUntil } from './for-each-until';
import { initialFrame } from './initial-frame';
import type { Outlet } from './outlet';
import { checkIterable } from './produced';
import type { Selection } from './selection';
import { nextTurn, TURN_BYTES } from './turn';

/** What catching up needs of the channel. */
export interface CatchUpContext {
  readonly log: EventLog;
  readonly feed: Feed;
  report(error: unknown): void;
}

/** What catching up needs of the subscription. */
export interface CatchUpTask extends Outlet {
  readonly selection: Selection;
  readonly initial: Initial | undefined;
  /** Makes the subscriber live, which the feed refuses if more has arrived meanwhile. */
  join(): boolean;
}

/** Gives the state that the log's newest place stands for. */
export type Initial = () => Iterable<EventInput> | AsyncIterable<EventInput>;

/** Events per reading of the log. */
const PAGE = 256;
/** Bytes written at once; a larger event goes alone. */
const MAX_FRAME_BYTES = 65_536;

/**
 * One subscriber's way from its cursor to the log's tail: page by page, at its own pace, so that nothing is queued for it meanwhile.
 * Who falls out of the log on the way gets a gap.
 */
export class CatchUp {
  readonly #context: CatchUpContext;
  readonly #task: CatchUpTask;
  /** The feed's generation in which the log has said that the cursor is its own: before, it must not be compared. */
  #known = -1;
  #replayed = 0;
  /** Bytes since the last turn that was left to others. */
  #spent = 0;
  /** Closes the source of initial events while one is read. */
  #stopInitial = () => {};

  constructor(context: CatchUpContext, task: CatchUpTask) {
    this.#context = context;
    this.#task = task;
  }

  /** Settles once the subscriber is live or gone. */
  async run(): Promise<void> {
    try {
      if (this.#task.place === '') await this.#begin();
      await this.#follow();
    } finally {
      this.#task.meter.record('replayed', this.#replayed);
      this.#replayed = 0;
    }
  }

  /** The subscriber is gone. */
  stop(): void {
    this.#stopInitial();
  }

  async #begin(): Promise<void> {
    const { feed, log } = this.#context;
    const { generation } = feed;
    this.#task.place = await log.head();
    this.#known = generation;
    await this.#present();
  }

  async #follow(): Promise<void> {
    const { feed, log } = this.#context;
    const outlet = this.#task;
    while (!outlet.over) {
      await feed.listen();
      if (outlet.over) return;
      const known = this.#known === feed.generation;
      if (known) {
        // From here to join() nothing is awaited, so that nothing can arrive in between.
        const ahead = log.compare(outlet.place, feed.tailed);
        if (ahead === 0 && this.#task.join()) return;
        if (ahead > 0) {
          await feed.more();
          continue;
        }
      }
      const { generation } = feed;
      const page = await log.read(outlet.place, { limit: PAGE });
      if (outlet.over) return;
      if (page.gap) await this.#bridge(page);
      else if (known && page.events.length === 0) await this.#mistrustTail();
      else await this.#write(this.#upToTail(page.events));
      this.#known = generation;
    }
  }

  /** The log reads nothing, though the tail is ahead: the log has lost its newest events, and the tail has not noticed yet. */
  async #mistrustTail(): Promise<void> {
    const { feed } = this.#context;
    if (await feed.isAstray()) return;
    throw new EventStreamUsageError(
      'INCONSISTENT_LOG',
      `The log reads nothing after ${this.#task.place}, but its tail is at ${feed.tailed}`,
    );
  }

  /** Reading past the tail would mean to wait for it, and then to be past it again, and never to be live. */
  #upToTail(events: LoggedEvent[]): LoggedEvent[] {
    const { feed, log } = this.#context;
    const last = events.at(-1);
    if (!last || log.compare(last.id, feed.tailed) <= 0) return events;
    return events.filter((event) => log.compare(event.id, feed.tailed) <= 0);
  }

  /** Tells of a gap before anything else, and goes on behind it. */
  async #bridge({ events }: LogPage): Promise<void> {
    const { log } = this.#context;
    const { initial } = this.#task;
    const outlet = this.#task;
    const after = outlet.place;
    outlet.meter.add('gaps', 1);
    if (initial) {
      outlet.place = await log.head();
      // Not with the cursor as its id: a connection lost before the state was through would go on behind a state that never came.
      await outlet.send(gapFrame(after, events[0]?.id ?? null, after));
      return this.#present();
    }
    if (events.length === 0) {
      const head = await log.head();
      // Asked again, since what was added before head() was asked must not be skipped.
      ({ events } = await log.read(after, { limit: PAGE }));
      if (events.length === 0) {
        outlet.place = outlet.sent = head;
        return outlet.send(gapFrame(after, null, head));
      }
    }
    const oldest = events[0]?.id ?? after;
    const before = log.cursorBefore?.(oldest) ?? after;
    outlet.place = outlet.sent = before;
    await outlet.send(gapFrame(after, oldest, before));
    await this.#write(events);
  }

  /** The state that the cursor stands for, then the cursor itself. */
  async #present(): Promise<void> {
    const { report } = this.#context;
    const { initial } = this.#task;
    const outlet = this.#task;
    if (initial && !outlet.over) {
      const source = initial();
      checkIterable(source, 'What initial gives');
      const abort = new AbortController();
      this.#stopInitial = () => abort.abort();
      await forEachUntil(source, abort.signal, report, async (event) => {
        const frame = initialFrame(event);
        await outlet.send(frame);
        await this.#spend(frame.byteLength);
      });
    }
    outlet.sent = outlet.place;
    await outlet.send(cursorFrame(outlet.place));
  }

  async #write(events: readonly LoggedEvent[]): Promise<void> {
    const outlet = this.#task;
    const picked = this.#task.selection.pick(events);
    for (let from = 0; from < picked.length && !outlet.over; ) {
      const frames: Uint8Array[] = [];
      let bytes = 0;
      let last = outlet.place;
      for (const { id, frame } of picked.slice(from)) {
        bytes += frame.byteLength;
        if (frames.length > 0 && bytes > MAX_FRAME_BYTES) break;
        frames.push(frame);
        last = id;
      }
      from += frames.length;
      this.#replayed += frames.length;
      const frame = join(frames);
      if (!outlet.writeEvents(frame, frames.length, last)) await outlet.subscriber.drained();
      await this.#spend(frame.byteLength);
    }
    if (outlet.over) return;
    // Those that were passed over count as seen.
    outlet.place = events.at(-1)?.id ?? outlet.place;
    // Many who come back at once and find little for them in a long log would leave no turn to anything else; nor would one that waits for the tail.
    if (picked.length === 0 || picked.length < events.length) await this.#leaveTurn();
  }

  async #spend(bytes: number): Promise<void> {
    this.#spent += bytes;
    if (this.#spent >= TURN_BYTES) await this.#leaveTurn();
  }

  #leaveTurn(): Promise<void> {
    this.#spent = 0;
    return nextTurn();
  }
}
