import type { EventInput } from '@eventwire/encoder';
import type { AppendOptions, EventLog, LoggedEvent } from '../log/event-log';
import { createMemoryLog } from '../log/memory-log';
import { checkFunction, checkInteger, checkOptions, invalidOption, kindOf, MAX_TIMER } from '../options';
import { guarded } from '../stream/event-stream-init';
import type { MetricListener } from './channel-stats';
import type { SelectionOptions } from './selection';
import type { SlowPolicy } from './slow-queue';

export interface ChannelOptions {
  /** Where events are kept for those who come back; default: a memory log of the channel's own. */
  log?: EventLog | undefined;
  /**
   * Bytes of events that may wait for one subscriber that is full; default 1 MiB. In memory they are shared by all who wait; each has
   * a list of its own, of some 45 bytes for each event.
   */
  maxQueueBytes?: number | undefined;
  /**
   * Bytes of events that are replayed, behind a gap, to a client whose last event ID the log does not know: one from before a
   * restart, or a forged one. It gets the newest events that fit, and the gap says with which they begin. An id that the log
   * knows is replayed in full, whatever follows it.
   *
   * @default 1 MiB, so that a request of 80 bytes does not bring all that the log holds
   */
  maxReplayBytes?: number | undefined;
  /** Subscribers beyond this number are turned away, with 503 and `Retry-After`; default: no limit. */
  maxSubscribers?: number | undefined;
  /**
   * What happens to a live subscriber for whom more than `maxQueueBytes` wait:
   *
   * - `'disconnect'` (default): it is closed; its client comes back with its last id, and reads what it missed from the log.
   * - `'drop-oldest'`: the oldest waiting events are left out, and it is told how many.
   * - `'latest'`: as soon as it is full, only the newest event of each key waits, in log order, and it is told how many were left out.
   *   Where these alone are too many bytes, it is closed.
   *
   * Who is being given what it missed reads the log at its own pace, and is never slow.
   */
  slowSubscriber?: 'disconnect' | 'drop-oldest' | 'latest' | undefined;
  /** The key of an event, for `slowSubscriber: 'latest'`, which needs it. */
  coalesceKey?: ((event: LoggedEvent) => string) | undefined;
  /** Told of what goes wrong with one subscriber, which is then closed, and with the log; default `console.error`. */
  onError?: ((error: unknown) => void) | undefined;
  /** Told how the numbers of `stats()` change, for OpenTelemetry and the like. */
  onMetric?: MetricListener | undefined;
}

export interface SubscribeOptions extends SelectionOptions {
  /** The id to go on from; default: the subscriber's. Empty: from now on. */
  lastEventId?: string | undefined;
  /**
   * The present state as events without ids, for who comes without an id or after a gap. It is called once the channel knows the
   * place in the log from which it delivers, so that what happens meanwhile follows.
   */
  initial?: (() => Iterable<EventInput> | AsyncIterable<EventInput>) | undefined;
}

/** How a channel's streams end. */
export interface ChannelCloseOptions {
  /** Each client is given a reconnection time of its own between these two, in ms, so that they do not come back all at once. */
  retry?: readonly [min: number, max: number] | undefined;
  /** Ms over which the streams are ended one after the other; default 0, all at once. Until then they go on. */
  spread?: number | undefined;
  /** Ms after which no longer is waited for clients that do not take their last bytes; default: each stream's own patience. */
  timeout?: number | undefined;
}

export interface ResolvedChannelOptions {
  readonly log: EventLog;
  readonly maxReplayBytes: number;
  readonly maxSubscribers: number;
  readonly slowPolicy: SlowPolicy;
  readonly onError: (error: unknown) => void;
  readonly onMetric: MetricListener | undefined;
}

/** @throws EventStreamUsageError `INVALID_OPTION` */
export function resolveChannelOptions(options: ChannelOptions): ResolvedChannelOptions {
  checkOptions(options);
  const { log = createMemoryLog(), maxQueueBytes = 1024 * 1024, maxSubscribers, coalesceKey } = options;
  const {
    maxReplayBytes = 1024 * 1024,
    slowSubscriber = 'disconnect',
    onError = (error: unknown) => console.error(error),
    onMetric,
  } = options;
  for (const method of ['append', 'lastId', 'compare', 'read', 'follow'] as const) {
    if (typeof log?.[method] !== 'function') {
      throw invalidOption('log', `must be an EventLog, but has no method ${method}`);
    }
  }
  checkInteger('maxQueueBytes', maxQueueBytes, 0, Number.MAX_SAFE_INTEGER);
  checkInteger('maxReplayBytes', maxReplayBytes, 0, Number.MAX_SAFE_INTEGER);
  if (maxSubscribers !== undefined)
    checkInteger('maxSubscribers', maxSubscribers, 1, Number.MAX_SAFE_INTEGER);
  if (!['disconnect', 'drop-oldest', 'latest'].includes(slowSubscriber)) {
    throw invalidOption(
      'slowSubscriber',
      `must be 'disconnect', 'drop-oldest' or 'latest', not ${String(slowSubscriber)}`,
    );
  }
  if (coalesceKey !== undefined) checkFunction('coalesceKey', coalesceKey);
  if (slowSubscriber === 'latest' && !coalesceKey) {
    throw invalidOption(
      'coalesceKey',
      `is needed for slowSubscriber: 'latest': give a function from an event to its key`,
    );
  }
  if (slowSubscriber !== 'latest' && coalesceKey) {
    throw invalidOption(
      'coalesceKey',
      `has no effect without slowSubscriber: 'latest': leave it out, or set that`,
    );
  }
  checkFunction('onError', onError);
  if (onMetric !== undefined) checkFunction('onMetric', onMetric);
  const report = guarded(onError);
  return {
    log,
    maxReplayBytes,
    maxSubscribers: maxSubscribers ?? Number.POSITIVE_INFINITY,
    slowPolicy: { maxQueueBytes, slowSubscriber, coalesceKey },
    onError: report,
    onMetric: onMetric && guardedListener(onMetric, report),
  };
}

/** @throws EventStreamUsageError `INVALID_OPTION` */
export function checkAppendOptions(options: AppendOptions): void {
  checkOptions(options);
  for (const name of ['topic', 'idempotencyKey'] as const) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== 'string') {
      throw invalidOption(name, `must be a string, not ${kindOf(value)}`);
    }
  }
  // As of a request without such a header: all of them would be the same event.
  if (options.idempotencyKey === '') throw invalidOption('idempotencyKey', 'must not be empty');
}

/** @throws EventStreamUsageError `INVALID_OPTION` */
export function checkCloseOptions({ retry, spread, timeout }: ChannelCloseOptions): void {
  if (retry !== undefined) {
    if (!Array.isArray(retry) || retry.length !== 2) {
      throw invalidOption('retry', 'must be a pair of milliseconds: the least and the most');
    }
    checkInteger('retry[0]', retry[0], 0, Number.MAX_SAFE_INTEGER);
    checkInteger('retry[1]', retry[1], retry[0], Number.MAX_SAFE_INTEGER);
  }
  if (spread !== undefined) checkInteger('spread', spread, 0, MAX_TIMER);
  if (timeout !== undefined) checkInteger('timeout', timeout, 0, MAX_TIMER);
}

/** A listener that throws must not get in the way of delivery. */
function guardedListener(listener: MetricListener, report: (error: unknown) => void): MetricListener {
  return (metric, change) => {
    try {
      listener(metric, change);
    } catch (error) {
      report(error);
    }
  };
}
