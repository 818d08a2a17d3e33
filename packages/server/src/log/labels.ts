import type { AppendOptions, LoggedEvent } from './event-log';

const NO_TOPICS: readonly string[] = Object.freeze([]);
/** Shared by all events without attributes. */
export const NO_ATTRIBUTES: LoggedEvent['attributes'] = Object.freeze({});

/** All topics that an event is added with; a copy, since the caller's list may change. */
export function topicsOf({ topic, topics }: AppendOptions): readonly string[] {
  if (topics !== undefined) return topics.length > 0 ? Object.freeze([...topics]) : NO_TOPICS;
  return topic === undefined ? NO_TOPICS : Object.freeze([topic]);
}

/** A copy too. A name such as `__proto__` stays a name. */
export function attributesOf({ attributes }: AppendOptions): LoggedEvent['attributes'] {
  const pairs = attributes && Object.entries(attributes);
  return pairs?.length ? Object.freeze(Object.fromEntries(pairs)) : NO_ATTRIBUTES;
}
