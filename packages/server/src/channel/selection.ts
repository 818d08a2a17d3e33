import { hasMethods, is, isFunction, isObject, type OptionRules } from '@eventwire/options';
import type { LoggedEvent } from '../log/event-log';

/**
 * Topics by a rule instead of by name. It is asked once for each event, however many subscribers have chosen
 * it, and during replay.
 *
 * @example
 * const orders: TopicPattern = { key: 'orders', matches: (topic) => topic.startsWith('orders/') };
 * channel.subscribe(stream, { topics: ['news', orders] });
 */
export interface TopicPattern {
  /** The same for patterns that match the same topics: of those, one is asked for all. */
  readonly key: string;
  /** If it throws, the subscribers that have chosen it are closed, and no others. */
  matches(topic: string): boolean;
}

/** Which of a channel's events a subscriber gets. */
export interface SelectionOptions {
  /** Only events with at least one of these topics, by name or by pattern; default: all events. */
  topics?: readonly (string | TopicPattern)[] | undefined;
  /**
   * Whether this subscriber may see an event; `context` is the subscriber's own. It is asked during replay
   * too. If it throws, this subscriber is closed and no other.
   */
  filter?: ((event: LoggedEvent, context: unknown) => boolean) | undefined;
}

const isTopic = (value: unknown) =>
  typeof value === 'string' ||
  (isObject(value) && 'key' in value && typeof value.key === 'string' && hasMethods(value, 'matches'));

export const SELECTION_RULES = {
  topics: is(
    'an array of strings and patterns ({ key, matches })',
    (value) => Array.isArray(value) && value.every(isTopic),
  ),
  filter: isFunction,
} satisfies OptionRules<SelectionOptions>;

const NO_PATTERNS: readonly TopicPattern[] = [];
const NOTHING: readonly LoggedEvent[] = [];

/** {@link SelectionOptions}, ready for use. */
export class Selection {
  /** undefined: every event, with and without a topic. */
  readonly topics: ReadonlySet<string> | undefined;
  readonly patterns: readonly TopicPattern[];
  /** Equal for equal topics and patterns, so that their subscribers share frames. */
  readonly key: string;
  readonly #filter: SelectionOptions['filter'];
  readonly #context: unknown;

  constructor({ topics, filter }: SelectionOptions, context: unknown) {
    const patterns = new Map<string, TopicPattern>();
    for (const topic of topics ?? []) if (typeof topic !== 'string') patterns.set(topic.key, topic);
    this.topics = topics && new Set(topics.filter((topic) => typeof topic === 'string'));
    this.patterns = patterns.size === 0 ? NO_PATTERNS : [...patterns.values()];
    this.key = this.topics ? JSON.stringify([[...this.topics].sort(), [...patterns.keys()].sort()]) : '';
    this.#filter = filter;
    this.#context = context;
  }

  /**
   * Of these events those to be sent: the same array if all are. Throws what the filter or a pattern throws.
   */
  pick(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
    return this.filtered(this.topics ? allowed(events, (event) => this.#hasTopicOf(event)) : events);
  }

  /** The same, of events whose topics are right. */
  filtered(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
    const filter = this.#filter;
    if (!filter) return events;
    const [first] = events;
    // Most deliveries are of one event, and this is a part of each.
    if (first && events.length === 1) return filter(first, this.#context) ? events : NOTHING;
    return allowed(events, (event) => filter(event, this.#context));
  }

  #hasTopicOf({ topics }: LoggedEvent): boolean {
    return topics.some(
      (topic) => this.topics?.has(topic) || this.patterns.some((pattern) => pattern.matches(topic)),
    );
  }
}

/** Of subscribers that choose nothing: one for all. */
const everything = new Selection({}, undefined);

export function select(options: SelectionOptions, context: unknown): Selection {
  const { topics, filter } = options;
  return topics === undefined && filter === undefined ? everything : new Selection(options, context);
}

/** Those that are accepted; the same array if all are, which is the most common case. */
function allowed(
  events: readonly LoggedEvent[],
  accepts: (event: LoggedEvent) => boolean,
): readonly LoggedEvent[] {
  const first = events.findIndex((event) => !accepts(event));
  if (first < 0) return events;
  return [...events.slice(0, first), ...events.slice(first + 1).filter(accepts)];
}
