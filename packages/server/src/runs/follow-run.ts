import { type EventInput, encode } from '@eventwire/encoder';
import type { ChannelCloseOptions } from '../channel/channel-options';
import { closeWithRetry } from '../channel/close';
import { initialStateFrame } from '../channel/replay/initial-state';
import { select } from '../channel/selection';
import { checkIterable } from '../stream/body';
import {
  type Follower,
  follow,
  isOver,
  type Subscriber,
  type Subscription,
  unfollow,
} from '../stream/subscriber';
import { attempt } from '../user-callbacks';
import { endEvent, isEnd } from '../wire/end-event';
import { utf8 } from '../wire/frames';
import { readStored } from './read-run';
import type { FollowOptions, RunsOptions } from './run-options';
import type { RunReaders } from './run-readers';
import type { RunLog, RunState } from './run-store';

interface FollowRun {
  readonly subscriber: Subscriber;
  readonly log: RunLog;
  readonly options: FollowOptions;
  readonly snapshot: RunsOptions['snapshot'];
  readonly report: (error: unknown) => void;
  readonly readers: () => RunReaders;
  /** Given once the runs are being closed. */
  readonly closeOptions: () => ChannelCloseOptions | undefined;
}

const MISSING = {
  status: 404,
  body: 'There is no such run: it was never started, was deleted, or has expired\n',
};

/** Follows a run as soon as it is known whether there is one, until when the head of the response waits. */
export function followRun(task: FollowRun): Subscription {
  const subscription = new RunSubscription(task.subscriber);
  attempt(() => task.subscriber.hold?.(), task.report);
  void decide(task, subscription).catch((error: unknown) => {
    task.report(error);
    // Its client comes back: 503 would end a browser's EventSource for good.
    attempt(() => closeWithRetry(task.subscriber, undefined), task.report);
    subscription.close();
  });
  return subscription;
}

async function decide(task: FollowRun, subscription: RunSubscription): Promise<void> {
  const { subscriber, log, options, snapshot } = task;
  const { lastEventId } = subscriber;
  const { from = 'start' } = options;
  const state = await log.state();
  if (subscription.isClosed) return;
  if (isOver(subscriber)) return subscription.close();
  const closing = task.closeOptions();
  if (closing) {
    closeWithRetry(subscriber, closing.retry);
    return subscription.close();
  }
  if (state.status === 'missing') return respond(subscriber, subscription, MISSING);
  if (hasAll(state, lastEventId, from)) return respond(subscriber, subscription, { status: 204 });
  if (state.status === 'ended' && snapshot && lastEventId === '') {
    const events = await snapshot(readStored(log));
    return sendSnapshot(task, subscription, events, state);
  }
  // Without the conventions, a gap may still have to be answered with 410.
  if (subscriber.conventions !== false) subscriber.open?.();
  const selection = select({ filter: filterOf(options) }, subscriber.context);
  subscription.becomes(() => task.readers().subscribe(subscriber, lastEventId, selection, from));
}

function hasAll(state: RunState, lastEventId: string, from: 'start' | 'now'): boolean {
  if (state.status !== 'ended') return false;
  return lastEventId === '' ? from === 'now' : lastEventId === state.lastId;
}

/** The end is for everybody. */
function filterOf({ filter }: FollowOptions): FollowOptions['filter'] {
  return filter && ((event, context) => isEnd(event) || filter(event, context));
}

function respond(
  subscriber: Subscriber,
  subscription: RunSubscription,
  response: { status: number; body?: string },
): void {
  // If the head has gone out, the end says the same: do not come back.
  if (!subscriber.respond?.(response)) subscriber.end();
  subscription.close();
}

/** A few events instead of all, without ids, then the end of the run with its own. */
async function sendSnapshot(
  { subscriber }: FollowRun,
  subscription: RunSubscription,
  events: Iterable<EventInput> | AsyncIterable<EventInput>,
  state: RunState & { status: 'ended' },
): Promise<void> {
  checkIterable(events, 'What snapshot gives');
  if (subscription.isClosed) return;
  subscriber.open?.();
  for await (const event of events) {
    if (subscription.isClosed) return;
    if (isOver(subscriber)) return subscription.close();
    if (!subscriber.write(initialStateFrame(event))) await subscriber.drained();
  }
  if (subscription.isClosed) return;
  if (subscriber.conventions !== false) {
    subscriber.write(utf8(encode({ ...endEvent(state), id: state.lastId })));
  }
  subscriber.close();
  subscription.close();
}

/** A follower of a run, from before it is known whether there is such a run. */
class RunSubscription implements Subscription, Follower {
  readonly #subscriber: Subscriber;
  readonly closed: Promise<void>;
  #resolve: () => void = () => {};
  #inner: Subscription | undefined;
  #isClosed = false;

  constructor(subscriber: Subscriber) {
    this.#subscriber = subscriber;
    this.closed = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    follow(subscriber, this);
  }

  get cursor(): string {
    return this.#inner?.cursor ?? this.#subscriber.lastEventId;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  idleFrame(): undefined {
    return undefined;
  }

  /** It goes on as this one. */
  becomes(subscribe: () => Subscription): void {
    unfollow(this.#subscriber, this);
    this.#inner = subscribe();
    this.#inner.closed.then(() => this.close());
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#inner) this.#inner.close();
    else unfollow(this.#subscriber, this);
    this.#resolve();
  }
}
