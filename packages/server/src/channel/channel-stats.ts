import { afterThisTurn } from '@eventwire/options';

/** The numbers of a channel since it was made. */
export interface ChannelStats {
  /** Subscribers at present. */
  readonly subscribers: number;
  /** Of these, how many are behind: their connection takes no more for now. */
  readonly slow: number;
  /**
   * Bytes that wait for slow subscribers, each counted for everyone it waits for; in memory they are
   * shared.
   */
  readonly queueBytes: number;
  /** Events that were published here, those that were there already under their key included. */
  readonly published: number;
  /** Events written to subscribers, live and replayed. */
  readonly deliveries: number;
  /**
   * Of these, how many came from the log to subscribers that were coming back; counted once they are
   * through.
   */
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

/** The numbers that are counted. `subscribers` and `queueBytes` go up and down, the others up only. */
export type ChannelMetric = Exclude<keyof ChannelStats, 'slow'>;

/**
 * Told how the numbers change: what changes within one turn of the event loop is told once, as its sum.
 * Only `replayed` is told by itself, once for each replay, with its size. Fits the `add` of OpenTelemetry's
 * counters and the `record` of its histograms.
 */
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
  /** Not told yet. */
  #changes: Map<ChannelMetric, number> | undefined;

  constructor(listener: MetricListener | undefined) {
    this.#listener = listener;
  }

  add(metric: ChannelMetric, change: number): void {
    this.#counts[metric] += change;
    if (this.#listener) this.#tellLater(metric, change);
  }

  /** The size of something that is counted one by one. */
  record(metric: ChannelMetric, size: number): void {
    if (size === 0) return;
    this.#counts[metric] += size;
    this.#listener?.(metric, size);
  }

  stats(slow: number): ChannelStats {
    return { ...this.#counts, slow };
  }

  /** A listener for each delivery would cost more than the delivery. */
  #tellLater(metric: ChannelMetric, change: number): void {
    if (!this.#changes) {
      this.#changes = new Map();
      afterThisTurn(() => {
        const changes = this.#changes;
        this.#changes = undefined;
        for (const [changed, sum] of changes ?? []) if (sum !== 0) this.#listener?.(changed, sum);
      });
    }
    this.#changes.set(metric, (this.#changes.get(metric) ?? 0) + change);
  }
}
