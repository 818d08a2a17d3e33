import { codeOf, startTimer, type TimerHandle } from '@eventwire/options';
import type { ChannelMetric } from '../channel/channel-stats';
import { Meter } from '../channel/channel-stats';
import { LiveDelivery } from '../channel/live-delivery';
import type { Selection } from '../channel/selection';
import { ChannelSubscription, type SubscriptionContext } from '../channel/subscription';
import { LogReader } from '../log/log-reader';
import { ReservedEvents } from '../log/reserved-events';
import type { Subscriber } from '../stream/subscriber';
import { END_TYPE } from '../wire/end-event';
import type { RunLog } from './run-store';

const SLOW_POLICY = {
  maxQueueBytes: 1024 * 1024,
  slowSubscriber: 'disconnect',
  coalesceKey: undefined,
} as const;

export interface ReadersOptions {
  /** Ms between two looks whether the run still has its producer. */
  readonly lease: number;
  readonly report: (error: unknown) => void;
  readonly meter: (metric: ChannelMetric, change: number) => void;
  /** There is no reader any more. */
  empty(): void;
}

/**
 * All that read one run in this process. They share one reading of its log, as the subscribers of a channel
 * do, and one look at whether the run still has a producer: the end of a run whose producer is gone is
 * written by whoever looks.
 */
export class RunReaders {
  readonly #log: RunLog;
  readonly #options: ReadersOptions;
  readonly #live: LiveDelivery;
  readonly #context: SubscriptionContext;
  readonly subscriptions = new Set<ChannelSubscription>();
  /** Those that read the log by themselves, to be told if the run is gone. */
  readonly #others = new Set<() => void>();
  #timer: TimerHandle | undefined;

  constructor(log: RunLog, options: ReadersOptions) {
    this.#log = log;
    this.#options = options;
    const { meter } = options;
    // A run that was deleted under its readers is no error of theirs.
    const report = (error: unknown) => {
      if (codeOf(error) !== 'MISSING') options.report(error);
    };
    const reserved = new ReservedEvents(report, END_TYPE);
    const reader = new LogReader(log, Number.MAX_SAFE_INTEGER, reserved);
    this.#live = new LiveDelivery(log, reader, reserved);
    this.#context = {
      log,
      reader,
      live: this.#live,
      meter: new Meter(meter),
      slowPolicy: SLOW_POLICY,
      report,
      left: (subscription) => {
        this.subscriptions.delete(subscription);
        this.#leave();
      },
    };
    this.#look();
  }

  subscribe(
    subscriber: Subscriber,
    lastEventId: string,
    selection: Selection,
    from: 'start' | 'now',
  ): ChannelSubscription {
    const subscription = new ChannelSubscription(
      this.#context,
      subscriber,
      lastEventId,
      selection,
      undefined,
      from,
    );
    this.subscriptions.add(subscription);
    this.#context.meter.add('subscribers', 1);
    subscription.start();
    return subscription;
  }

  /** Gives what is called if the run is gone. */
  join(gone: () => void): () => void {
    this.#others.add(gone);
    return () => {
      this.#others.delete(gone);
      this.#leave();
    };
  }

  /** The run is gone: its readers come back, and are told so. */
  gone(): void {
    for (const subscription of [...this.subscriptions]) {
      subscription.close();
      subscription.subscriber.close();
    }
    for (const gone of [...this.#others]) gone();
  }

  #leave(): void {
    if (this.subscriptions.size > 0 || this.#others.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#live.close();
    this.#options.empty();
  }

  #look(): void {
    this.#timer = startTimer(async () => {
      try {
        const { status } = await this.#log.state();
        if (this.#timer === undefined) return;
        if (status === 'missing') return this.gone();
      } catch (error) {
        this.#options.report(error);
      }
      if (this.#timer !== undefined) this.#look();
    }, this.#options.lease);
  }
}
