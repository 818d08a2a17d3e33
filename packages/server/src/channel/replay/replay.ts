import type { EventInput } from '@eventwire/encoder';
import { EventStreamUsageError } from '../../errors';
import type { EventLog } from '../../log/event-log';
import type { LogReader, ReadPage } from '../../log/log-reader';
import { checkIterable } from '../../stream/body';
import { forEachUntil } from '../../stream/for-each-until';
import type { Wait } from '../../wait';
import { cursorFrame, gapFrame } from '../../wire/conventions';
import type { LiveDelivery } from '../live-delivery';
import type { Selection } from '../selection';
import type { SubscriptionWriter } from '../subscription-writer';
import { initialStateFrame } from './initial-state';
import { ReplayPace } from './replay-pace';

/** The parts of a channel that a replay needs. */
export interface ReplayContext {
  readonly log: EventLog;
  readonly reader: LogReader;
  readonly live: LiveDelivery;
  report(error: unknown): void;
}

/** The parts of a subscription that its replay needs. */
export interface ReplayTask extends SubscriptionWriter {
  readonly selection: Selection;
  readonly initial: Initial | undefined;
  /** Where a subscriber without an id begins. */
  readonly from: 'start' | 'now';
  /** There is a gap, which its client cannot be told of in the stream: the subscription is over. */
  failForGap(): void;
  /** Makes the subscriber live, which the live delivery refuses if more has arrived meanwhile. */
  join(): boolean;
}

/** Gives the state that the log's newest place stands for. */
export type Initial = () => Iterable<EventInput> | AsyncIterable<EventInput>;

/**
 * Readings without progress, one after the other, after which the log is given up: a broken one would be
 * asked for ever.
 */
const MAX_FRUITLESS = 10;

/**
 * One subscriber's way from its cursor to the log's tail: page by page, at its own pace, so that nothing is
 * queued for it meanwhile. A subscriber that falls out of the log on the way gets a gap.
 */
export class Replay {
  readonly #context: ReplayContext;
  readonly #task: ReplayTask;
  readonly #pace: ReplayPace;
  /**
   * The live delivery's generation in which the log has said that the cursor is its own: before, it must
   * not be compared.
   */
  #known = -1;
  /**
   * The generation in which the log has said that it is not: the events that it still has may then be lost
   * to the log.
   */
  #lost = -1;
  /** Whether the log has been asked for the event that a publisher gave this id. */
  #located = false;
  /** Readings, one after the other, that brought it no further. */
  #fruitless = 0;
  /** Closes the source of initial events while one is read. */
  #stopInitial = () => {};
  /** Lets go of what is waited for. */
  #drop = () => {};

  constructor(context: ReplayContext, task: ReplayTask) {
    this.#context = context;
    this.#task = task;
    this.#pace = new ReplayPace(task);
  }

  /** Settles once the subscriber is live or gone. */
  async run(): Promise<void> {
    try {
      if (this.#task.place === '') await (this.#task.from === 'start' ? this.#beginAtStart() : this.#begin());
      await this.#follow();
    } finally {
      this.#task.meter.record('replayed', this.#pace.replayed);
      this.#pace.replayed = 0;
    }
  }

  /** The subscriber is gone. */
  stop(): void {
    this.#stopInitial();
    this.#drop();
  }

  async #begin(): Promise<void> {
    const { live, reader } = this.#context;
    const { generation } = live;
    const lastId = await this.#await(reader.lastId());
    if (lastId === undefined) return;
    this.#task.place = lastId;
    this.#known = generation;
    await this.#present();
  }

  /** With the log's first event, without a cursor: a client that is cut off before it begins there again. */
  async #beginAtStart(): Promise<void> {
    const writer = this.#task;
    const lastId = await this.#await(this.#context.reader.lastId());
    const page = lastId === undefined ? undefined : await this.#page();
    if (lastId === undefined || !page || writer.over) return;
    if (page.gap) await this.#bridge(page);
    else if (page.end === undefined) writer.place = lastId;
    else await this.#write(page);
  }

  async #follow(): Promise<void> {
    const { live, log } = this.#context;
    const writer = this.#task;
    while (!writer.over) {
      await live.listen();
      if (writer.over) return;
      const known = this.#known === live.generation;
      if (known) {
        // From here to join() nothing is awaited, so that nothing can arrive in between.
        const ahead = log.compare(writer.place, live.newest);
        if (ahead === 0 && this.#task.join()) return;
        if (ahead > 0) {
          await this.#await(live.more());
          continue;
        }
      }
      // Before a page is read for nothing.
      if (!known && this.#isForeign() && (await this.#locate())) continue;
      if (writer.over) return;
      const { generation } = live;
      const page = this.#recent() ?? (await this.#page());
      if (writer.over || !page) return;
      if (page.gap && (await this.#locate())) continue;
      if (writer.over) return;
      await this.#expectProgress(page);
      if (page.gap) {
        this.#lost = generation;
        await this.#bridge(page);
      } else if (known && page.end === undefined) await this.#mistrustTail();
      else await this.#write(this.#upToTail(page));
      this.#known = generation;
    }
  }

  /** The events that follow the place, if the live delivery still has them. */
  #recent(): ReadPage | undefined {
    const { live } = this.#context;
    if (this.#lost === live.generation) return undefined;
    const events = live.recent(this.#task.place);
    const last = events.at(-1);
    return last && { events, gap: false, end: last.id };
  }

  #page(): Promise<ReadPage | undefined> {
    return this.#await(this.#context.reader.page(this.#task.place));
  }

  /** `undefined` if the subscriber has left meanwhile. */
  #await<T>({ result, drop }: Wait<T>): Promise<T | undefined> {
    this.#drop = drop;
    return result;
  }

  /** Whether the cursor is no id of the log's, whichever stream of it. */
  #isForeign(): boolean {
    const { place } = this.#task;
    try {
      return this.#context.log.compare(place, place) !== 0;
    } catch {
      return true;
    }
  }

  /** The id that the client sent may be one that a publisher chose. */
  async #locate(): Promise<boolean> {
    const { log, reader } = this.#context;
    if (this.#located || !log.locate || this.#task.place === '') return false;
    this.#located = true;
    const place = await this.#await(reader.locate(this.#task.place));
    if (place === undefined) return false;
    this.#task.place = place;
    return true;
  }

  async #expectProgress({ gap, end }: ReadPage): Promise<void> {
    const isProgress = end !== undefined && !(gap && this.#task.initial);
    this.#fruitless = isProgress ? 0 : this.#fruitless + 1;
    if (this.#fruitless > MAX_FRUITLESS) throw this.#inconsistent();
    if (this.#fruitless > 1) await this.#pace.leaveTurn();
  }

  #inconsistent(): EventStreamUsageError {
    const { place } = this.#task;
    return new EventStreamUsageError(
      'INCONSISTENT_LOG',
      `The log reads nothing after ${place}, but its tail is at ${this.#context.live.newest}`,
    );
  }

  /**
   * The log reads nothing, though the tail is ahead: the log has lost its newest events, and the tail has
   * not noticed yet.
   */
  async #mistrustTail(): Promise<void> {
    if (!(await this.#context.live.isAstray())) throw this.#inconsistent();
  }

  /** Reading past the tail would mean to wait for it, and then to be past it again, and never to be live. */
  #upToTail(page: ReadPage): ReadPage {
    const { live, log } = this.#context;
    const { newest } = live;
    const { place } = this.#task;
    if (page.end === undefined || log.compare(page.end, newest) <= 0) return page;
    const events = page.events.filter((event) => log.compare(event.id, newest) <= 0);
    return { events, gap: false, end: log.compare(place, newest) < 0 ? newest : place };
  }

  /** Tells of a gap before anything else, and goes on behind it. */
  async #bridge({ events, end }: ReadPage): Promise<void> {
    const { log, reader } = this.#context;
    const { initial } = this.#task;
    const writer = this.#task;
    const after = writer.place;
    writer.meter.add('gaps', 1);
    if (!writer.hasConventions) return this.#task.failForGap();
    if (initial || end === undefined) {
      const lastId = await this.#await(reader.lastId());
      if (lastId === undefined) return;
      if (initial) {
        writer.place = lastId;
        // Not with the cursor as its id: a connection lost before the state was through would go on behind
        // a state that never came.
        await writer.send(gapFrame(after, events[0]?.id ?? null, after));
        return this.#present();
      }
      // Asked again, since an event that was added before lastId() was asked must not be skipped.
      const again = await this.#page();
      if (!again) return;
      ({ events, end } = again);
      if (end === undefined) {
        writer.place = writer.sent = lastId;
        return writer.send(gapFrame(after, null, lastId));
      }
    }
    const oldest = events[0]?.id ?? end;
    const before = log.cursorBefore?.(oldest) ?? after;
    writer.place = writer.sent = before;
    await writer.send(gapFrame(after, oldest, before));
    await this.#write({ events, gap: false, end });
  }

  /** The state that the cursor stands for, then the cursor itself. */
  async #present(): Promise<void> {
    const { report } = this.#context;
    const { initial } = this.#task;
    const writer = this.#task;
    if (initial && !writer.over) {
      const source = initial();
      checkIterable(source, 'What initial gives');
      const abort = new AbortController();
      this.#stopInitial = () => abort.abort();
      await forEachUntil(source, abort.signal, report, (event) => this.#pace.send(initialStateFrame(event)));
    }
    writer.sent = writer.place;
    if (writer.hasConventions) await writer.send(cursorFrame(writer.place));
  }

  async #write({ events, end }: ReadPage): Promise<void> {
    const writer = this.#task;
    const picked = this.#task.selection.pick(events);
    await this.#pace.write(picked);
    if (writer.over) return;
    // Those that were passed over count as seen.
    writer.place = end ?? writer.place;
    // Many who come back at once and find little for them in a long log would leave no turn to anything
    // else; nor would one that waits for the tail.
    if (picked.length === 0 || picked.length < events.length) await this.#pace.leaveTurn();
  }
}
