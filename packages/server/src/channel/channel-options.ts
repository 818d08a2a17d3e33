import type { EventInput } from '@eventwire/encoder';
import {
  checkOptions,
  hasMethods,
  invalidOption,
  is,
  isFilled,
  isFunction,
  isInteger,
  isObject,
  isString,
  isTimer,
  type OptionRules,
  oneOf,
  safeReporter,
} from '@eventwire/options';
import type { AppendOptions, EventLog, LoggedEvent } from '../log/event-log';
import { createMemoryLog } from '../log/memory-log';
import { attempt } from '../user-callbacks';
import type { MetricListener } from './channel-stats';
import { SELECTION_RULES, type SelectionOptions } from './selection';
import type { SlowPolicy } from './slow-subscriber';

export interface ChannelOptions {
  /** Where events are kept for those who come back; default: a memory log of the channel's own. */
  log?: EventLog | undefined;
  /**
   * Bytes of events that may wait for one subscriber that is full; default 1 MiB. In memory they are shared
   * by all who wait; each has a list of its own, of some 45 bytes for each event.
   */
  maxQueueBytes?: number | undefined;
  /**
   * Bytes of events that are replayed, behind a gap, to a client whose last event ID the log does not know:
   * one from before a restart, or a forged one. It gets the newest events that fit, and the gap says with
   * which they begin. An id that the log knows is replayed in full, whatever follows it.
   *
   * @default 64 KiB, since it takes a request of 80 bytes to ask for them
   */
  maxReplayBytes?: number | undefined;
  /** Subscribers beyond this number are turned away, with 503 and `Retry-After`; default: no limit. */
  maxSubscribers?: number | undefined;
  /**
   * The treatment of a live subscriber for which more than `maxQueueBytes` wait:
   *
   * - `'disconnect'` (default): it is closed; its client comes back with its last id, and reads what it
   *   missed from the log.
   * - `'drop-oldest'`: the oldest waiting events are left out, and it is told how many.
   * - `'latest'`: as soon as it is full, only the newest event of each key waits, in log order, and it is
   *   told how many were left out. Where these alone are too many bytes, it is closed.
   *
   * A subscriber that is catching up reads the log at its own pace, and is never slow.
   */
  slowSubscriber?: 'disconnect' | 'drop-oldest' | 'latest' | undefined;
  /** The key of an event, for `slowSubscriber: 'latest'`, which needs it. */
  coalesceKey?: ((event: LoggedEvent) => string) | undefined;
  /**
   * Told of what goes wrong with one subscriber, which is then closed, and with the log; default
   * `console.error`.
   */
  onError?: ((error: unknown) => void) | undefined;
  /** Told how the numbers of `stats()` change, for OpenTelemetry and the like. */
  onMetric?: MetricListener | undefined;
}

/** How an event is published: a channel has neither terms nor an end. */
export type PublishOptions = Omit<AppendOptions, 'term' | 'end'>;

export interface SubscribeOptions extends SelectionOptions {
  /** The id to go on from; default: the subscriber's. Empty: from now on. */
  lastEventId?: string | undefined;
  /**
   * The present state as events without ids, for a client that comes without an id or after a gap. It is called once
   * the channel knows the place in the log from which it delivers, so that what happens meanwhile follows.
   */
  initial?: (() => Iterable<EventInput> | AsyncIterable<EventInput>) | undefined;
}

/** How a channel's streams end. */
export interface ChannelCloseOptions {
  /**
   * Each client is given a reconnection time of its own between these two, in ms, so that they do not come
   * back all at once.
   */
  retry?: readonly [min: number, max: number] | undefined;
  /**
   * Ms over which the streams are ended one after the other; default 0, all at once. Until then they go on.
   */
  spread?: number | undefined;
  /**
   * Ms after which no longer is waited for clients that do not take their last bytes; default: each
   * stream's own patience.
   */
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

const LOG_METHODS = ['append', 'lastId', 'compare', 'read', 'follow'];

const CHANNEL_RULES = {
  log: is(`an EventLog, with the methods ${LOG_METHODS.join(', ')}`, (value) =>
    hasMethods(value, ...LOG_METHODS),
  ),
  maxQueueBytes: isInteger(0),
  maxReplayBytes: isInteger(0),
  maxSubscribers: isInteger(1),
  slowSubscriber: oneOf('disconnect', 'drop-oldest', 'latest'),
  coalesceKey: isFunction,
  onError: isFunction,
  onMetric: isFunction,
} satisfies OptionRules<ChannelOptions>;

/** The memory log's options are not the channel's. */
const CHANNEL_HINTS = {
  maxEvents: 'log: createMemoryLog({ maxEvents })',
  maxAge: 'log: createMemoryLog({ maxAge })',
  maxBytes: 'log: createMemoryLog({ maxBytes })',
};

const SUBSCRIBE_RULES = {
  ...SELECTION_RULES,
  lastEventId: isString,
  initial: isFunction,
} satisfies OptionRules<SubscribeOptions>;

const isText = (value: unknown) => typeof value === 'string';
/** No control character, and no space at either end. */
const HEADER_SAFE = /^(?! )\P{Cc}+(?<! )$/u;

const PUBLISH_RULES = {
  topic: isString,
  topics: is('an array of strings', (value) => Array.isArray(value) && value.every(isText)),
  attributes: is(
    'an object of strings',
    (value) => isObject(value) && !Array.isArray(value) && Object.values(value).every(isText),
  ),
  wireId: is(
    'an id for a header: not empty, no control characters, no space at either end',
    (value) => typeof value === 'string' && HEADER_SAFE.test(value),
  ),
  // An empty key is that of a request without such a header: all of them would be the same event.
  idempotencyKey: isFilled,
} satisfies OptionRules<PublishOptions>;

const CLOSE_RULES = {
  // Each of the two is checked by itself.
  retry: is(
    'a pair of milliseconds, the least and the most',
    (value) => Array.isArray(value) && value.length === 2,
  ),
  spread: isTimer(0),
  timeout: isTimer(0),
} satisfies OptionRules<ChannelCloseOptions>;

/** @throws TypeError `INVALID_OPTION` */
export function resolveChannelOptions(options: ChannelOptions): ResolvedChannelOptions {
  checkOptions(options, CHANNEL_RULES, { hints: CHANNEL_HINTS });
  const { log = createMemoryLog(), maxQueueBytes = 1024 * 1024, maxReplayBytes = 64 * 1024 } = options;
  const { maxSubscribers = Number.POSITIVE_INFINITY, slowSubscriber = 'disconnect', coalesceKey } = options;
  const { onError = (error: unknown) => console.error(error), onMetric } = options;
  if (slowSubscriber === 'latest' && !coalesceKey) {
    const needed = "a function from an event to its key, which `slowSubscriber: 'latest'` needs";
    throw invalidOption('coalesceKey', needed, { value: coalesceKey });
  }
  if (slowSubscriber !== 'latest' && coalesceKey) {
    throw invalidOption('coalesceKey', "to be absent, or `slowSubscriber: 'latest'` beside it");
  }
  const report = safeReporter(onError);
  return {
    log,
    maxReplayBytes,
    maxSubscribers,
    slowPolicy: { maxQueueBytes, slowSubscriber, coalesceKey },
    onError: report,
    // A listener that throws must not get in the way of delivery.
    onMetric: onMetric && ((metric, change) => attempt(() => onMetric(metric, change), report)),
  };
}

/** @throws TypeError `INVALID_OPTION` */
export function checkSubscribeOptions(options: SubscribeOptions): void {
  checkOptions(options, SUBSCRIBE_RULES, { hints: { topic: 'topics' } });
}

/** @throws TypeError `INVALID_OPTION` */
export function checkPublishOptions(options: PublishOptions): void {
  checkOptions(options, PUBLISH_RULES, { hints: { id: 'wireId' } });
  if (options.topic !== undefined && options.topics !== undefined)
    throw invalidOption('topics', 'to be absent, or `topic` to be');
}

/** @throws TypeError `INVALID_OPTION` */
export function checkCloseOptions(options: ChannelCloseOptions): void {
  checkOptions(options, CLOSE_RULES);
  if (options.retry) checkRetry(options.retry);
}

function checkRetry([least, most]: readonly [number, number]): void {
  const delay = isInteger(0);
  if (!delay.accepts(least)) throw invalidOption('retry[0]', delay.expected, { value: least });
  const longer = isInteger(least);
  if (!longer.accepts(most)) throw invalidOption('retry[1]', longer.expected, { value: most });
}
