import { is, isFunction, type OptionRules } from '@eventwire/options';
import type { LoggedEvent } from '../log/event-log';

/** Which of a channel's events a subscriber gets. */
export interface SelectionOptions {
  /** Only events that were published with one of these topics; default: all events. */
  topics?: readonly string[] | undefined;
  /**
   * Whether this subscriber may see an event; `context` is the subscriber's own. It is asked during replay
   * too. If it throws, this subscriber is closed and no other.
   */
  filter?: ((event: LoggedEvent, context: unknown) => boolean) | undefined;
}

const isText = (value: unknown) => typeof value === 'string';

export const SELECTION_RULES = {
  topics: is('an array of strings', (value) => Array.isArray(value) && value.every(isText)),
  filter: isFunction,
} satisfies OptionRules<SelectionOptions>;

/** {@link SelectionOptions}, ready for use. */
export class Selection {
  /** undefined: every event, with and without a topic. */
  readonly topics: ReadonlySet<string> | undefined;
  /** Equal for equal topics, so that their subscribers share frames. */
  readonly key: string;
  readonly #filter: SelectionOptions['filter'];
  readonly #context: unknown;

  constructor({ topics, filter }: SelectionOptions, context: unknown) {
    this.topics = topics && new Set(topics);
    this.key = this.topics ? JSON.stringify([...this.topics].sort()) : '';
    this.#filter = filter;
    this.#context = context;
  }

  /** Of these events those to be sent: the same array if all are. Throws what the filter throws. */
  pick(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
    return this.filtered(byTopics(events, this.topics));
  }

  /** The same, of events whose topics are right. */
  filtered(events: readonly LoggedEvent[]): readonly LoggedEvent[] {
    const filter = this.#filter;
    if (!filter) return events;
    const picked = events.filter((event) => filter(event, this.#context));
    return picked.length === events.length ? events : picked;
  }
}

/** Of who chooses nothing: one for all. */
const everything = new Selection({}, undefined);

export function select(options: SelectionOptions, context: unknown): Selection {
  const { topics, filter } = options;
  return topics === undefined && filter === undefined ? everything : new Selection(options, context);
}

export function byTopics(
  events: readonly LoggedEvent[],
  topics: ReadonlySet<string> | undefined,
): readonly LoggedEvent[] {
  if (!topics) return events;
  const picked = events.filter(({ topic }) => topic !== undefined && topics.has(topic));
  return picked.length === events.length ? events : picked;
}
