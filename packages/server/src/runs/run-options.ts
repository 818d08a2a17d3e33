import type { EventInput } from '@eventwire/encoder';
import {
  checkOptions,
  hasMethods,
  is,
  isAbortSignal,
  isBoolean,
  isFunction,
  isInteger,
  isString,
  isTimer,
  type OptionRules,
  oneOf,
  safeReporter,
} from '@eventwire/options';
import type { ChannelMetric } from '../channel/channel-stats';
import type { SelectionOptions } from '../channel/selection';
import type { LoggedEvent, RunOutcome } from '../log/event-log';
import { attempt } from '../user-callbacks';
import { createMemoryRunStore } from './memory-run-store';
import type { RunStore } from './run-store';

/**
 * The numbers of runs: those of a channel for their followers, `running` (runs whose work is under way in this
 * process; it goes up and down), `started`, and each outcome of the work of this process.
 */
export type RunMetric = ChannelMetric | 'running' | 'started' | RunOutcome;

export interface RunsOptions {
  /**
   * Where runs are kept.
   *
   * @default a memory store of its own, which is closed with these runs
   */
  store?: RunStore | undefined;
  /**
   * Ms after which a producer that is not heard of has lost its run. Another call of `start` with the same
   * name takes it over then. If none does within as long again, the run ends as `abandoned`.
   *
   * @default 15_000
   */
  lease?: number | undefined;
  /**
   * Ms for which a run is kept after its end.
   *
   * @default 3_600_000 (1 hour)
   */
  ttl?: number | undefined;
  /**
   * Gives the few events that stand for a run that has ended. A client that comes without an id gets these,
   * without ids, and then the end, instead of all the run's events.
   *
   * @example
   * snapshot: async (events) => {
   *   let text = '';
   *   for await (const { event } of events) text += event.data;
   *   return [{ type: 'text', data: text }];
   * }
   */
  snapshot?:
    | ((
        events: AsyncIterable<LoggedEvent>,
      ) => Iterable<EventInput> | AsyncIterable<EventInput> | Promise<Iterable<EventInput>>)
    | undefined;
  /** Keeps a serverless function alive for its work: given a promise for each run, which never rejects. */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /**
   * Told of each work's error, and of what goes wrong with a follower or the store.
   *
   * @default console.error
   */
  onError?: ((error: unknown) => void) | undefined;
  /** Told how the numbers change, for OpenTelemetry and the like. */
  onMetric?: ((metric: RunMetric, change: number) => void) | undefined;
}

export interface StartOptions {
  /** Ms for which this run is kept after its end; default: that of `createRuns`. */
  ttl?: number | undefined;
}

export interface FollowOptions extends Pick<SelectionOptions, 'filter'> {
  /**
   * Where a client without an id begins: with the run's first event, or with what comes from now on.
   *
   * @default 'start'
   */
  from?: 'start' | 'now' | undefined;
}

export interface ReadRunOptions {
  /** The id to go on from; default: from the first event. */
  after?: string | undefined;
  /** Ends the reading. */
  signal?: AbortSignal | undefined;
  /**
   * Whether to wait for the events that come, until the run has ended. `false`: what is stored by now, and no
   * more, also of a run that goes on.
   *
   * @default true
   */
  follow?: boolean | undefined;
}

export interface ResolvedRunsOptions {
  readonly store: RunStore;
  readonly ownsStore: boolean;
  readonly lease: number;
  readonly ttl: number;
  readonly snapshot: RunsOptions['snapshot'];
  readonly waitUntil: (work: Promise<unknown>) => void;
  readonly report: (error: unknown) => void;
  readonly meter: (metric: RunMetric, change: number) => void;
}

const isTtl = isInteger(0, Number.MAX_SAFE_INTEGER, 'whole milliseconds of at least 0');

const RULES = {
  store: is('a RunStore, with the method open', (value) => hasMethods(value, 'open')),
  lease: isTimer(),
  ttl: isTtl,
  snapshot: isFunction,
  waitUntil: isFunction,
  onError: isFunction,
  onMetric: isFunction,
} satisfies OptionRules<RunsOptions>;

/** The memory store's options are not those of runs. */
const HINTS = {
  maxRuns: 'store: createMemoryRunStore({ maxRuns })',
  maxBytes: 'store: createMemoryRunStore({ maxBytes })',
};

const START_RULES = { ttl: isTtl } satisfies OptionRules<StartOptions>;

const FOLLOW_RULES = {
  from: oneOf('start', 'now'),
  filter: isFunction,
} satisfies OptionRules<FollowOptions>;

const READ_RULES = {
  after: isString,
  signal: isAbortSignal,
  follow: isBoolean,
} satisfies OptionRules<ReadRunOptions>;

/** @throws TypeError `INVALID_OPTION` */
export function resolveRunsOptions(options: RunsOptions): ResolvedRunsOptions {
  checkOptions(options, RULES, { hints: HINTS });
  const { lease = 15_000, ttl = 3_600_000, snapshot, waitUntil, onMetric } = options;
  const { onError = (error: unknown) => console.error(error) } = options;
  const report = safeReporter(onError);
  return {
    store: options.store ?? createMemoryRunStore(),
    ownsStore: options.store === undefined,
    lease,
    ttl,
    snapshot,
    waitUntil: (work) => attempt(() => waitUntil?.(work), report),
    report,
    meter: (metric, change) => attempt(() => onMetric?.(metric, change), report),
  };
}

/** @throws TypeError `INVALID_OPTION` */
export const checkStartOptions = (options: StartOptions) => checkOptions(options, START_RULES);
/** @throws TypeError `INVALID_OPTION` */
export const checkFollowOptions = (options: FollowOptions) => checkOptions(options, FOLLOW_RULES);
/** @throws TypeError `INVALID_OPTION` */
export const checkReadRunOptions = (options: ReadRunOptions) => checkOptions(options, READ_RULES);
