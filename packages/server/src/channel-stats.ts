/** What a channel has done since it was made, and what it is doing. */
export interface ChannelStats {
  /** Subscribers at present. */
  readonly subscribers: number;
  /** Of these, how many are behind: their connection takes no more for now. */
  readonly slow: number;
  /** Bytes that wait for slow subscribers, each counted for everyone it waits for; in memory they are shared. */
  readonly queueBytes: number;
  /** Events that were published here. */
  readonly published: number;
  /** Events written to subscribers, live and replayed. */
  readonly deliveries: number;
  /** Of these, how many came from the log to subscribers that were coming back. */
  readonly replayed: number;
  /** Events left out for slow subscribers, by `drop-oldest` or `latest`. */
  readonly dropped: number;
  /** Slow subscribers disconnected. */
  readonly evicted: number;
  /** Subscribers turned away by `maxSubscribers`. */
  readonly refused: number;
  /** Gaps told to subscribers. */
  readonly gaps: number;
}

/** What changes one by one. `subscribers` and `queueBytes` go up and down, the others up only. */
export type ChannelMetric = Exclude<keyof ChannelStats, 'slow'>;

/** Told of every change; fits the `add` of OpenTelemetry's counters. */
export type MetricListener = (metric: ChannelMetric, change: number) => void;

/** Counts, and tells the listener. */
export class Meter {
  readonly #counts: Record<ChannelMetric, number> = {
    subscribers: 0,
    queueBytes: 0,
    published: 0,
    deliveries: 0,
    replayed: 0,
    dropped: 0,
    evicted: 0,
    refused: 0,
    gaps: 0,
  };
  readonly #listener: MetricListener | undefined;

  constructor(listener: MetricListener | undefined) {
    this.#listener = listener;
  }

  add(metric: ChannelMetric, change: number): void {
    if (change === 0) return;
    this.#counts[metric] += change;
    this.#listener?.(metric, change);
  }

  stats(slow: number): ChannelStats {
    return { ...this.#counts, slow };
  }
}
