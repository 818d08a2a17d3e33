import { type AsyncServerEventInit, type EventInput, ServerEvent } from '@eventwire/encoder';
import { EventStreamUsageError } from '../errors';
import { kindOf } from '../options';
import type { Subscription } from './subscriber';

/** Something that gives events one after the other. */
export type EventIterable =
  | Iterable<EventInput | AsyncServerEventInit>
  | AsyncIterable<EventInput | AsyncServerEventInit>;

/** What a callback may give: a source of events, a subscription that keeps the stream open until it closes, or nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: a callback without a return is the point
export type EventStreamBody = void | Subscription | EventIterable;

export function isSubscription(produced: unknown): produced is Subscription {
  return typeof produced === 'object' && produced !== null && 'closed' in produced && 'cursor' in produced;
}

/**
 * Some values are iterable and yet no source of events: a string gives its characters, an event its wire text.
 *
 * @throws EventStreamUsageError `INVALID_SOURCE`
 */
export function checkIterable(source: unknown, name: string): asserts source is EventIterable {
  const isObject = typeof source === 'object' && source !== null;
  const isIterable = isObject && (Symbol.asyncIterator in source || Symbol.iterator in source);
  if (isIterable && !(source instanceof ServerEvent)) return;
  const hint =
    typeof source === 'string' || source instanceof ServerEvent ? ': for one event, give [event]' : '';
  throw new EventStreamUsageError(
    'INVALID_SOURCE',
    `${name} must be an iterable or async iterable of events, not a ${source instanceof ServerEvent ? 'ServerEvent' : kindOf(source)}${hint}`,
  );
}
