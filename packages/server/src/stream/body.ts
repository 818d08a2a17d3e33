import { type AsyncServerEventInit, type EventInput, isServerEvent } from '@eventwire/encoder';
import { show } from '@eventwire/options';
import { EventStreamClosedError, EventStreamUsageError } from '../errors';
import { forEachUntil } from './for-each-until';
import type { Subscription } from './subscriber';

/** A source of events, one after the other. */
export type EventIterable =
  | Iterable<EventInput | AsyncServerEventInit>
  | AsyncIterable<EventInput | AsyncServerEventInit>;

/**
 * The result of a callback: a source of events, a subscription that keeps the stream open until it closes,
 * or nothing.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a callback without a return is the point
export type EventStreamBody = void | Subscription | EventIterable;

/** The part of a stream that a body is sent to. */
interface BodyTarget {
  readonly signal: AbortSignal;
  sendNext(event: EventInput | AsyncServerEventInit): Promise<void> | undefined;
  report(error: unknown): unknown;
}

/** Whether a callback without a result has given this. */
// biome-ignore lint/suspicious/noConfusingVoidType: as above
export function isNothing(body: unknown): body is void {
  return body === undefined || body === null;
}

export function isSubscription(body: unknown): body is Subscription {
  return typeof body === 'object' && body !== null && 'closed' in body && 'cursor' in body;
}

/** Sends a body until it has run out or the stream is over. Rejects with the source's error. */
export async function sendBody(body: EventStreamBody, stream: BodyTarget): Promise<void> {
  if (isNothing(body)) return;
  if (isSubscription(body)) return body.closed;
  checkIterable(body, 'A source of events', ': to send events by yourself, give nothing');
  await forEachUntil(
    body,
    stream.signal,
    (error) => stream.report(error),
    (event) => stream.sendNext(event),
  );
}

/**
 * A source that learns from sendEvent or `signal` that the stream is over, and stops by throwing, has done
 * nothing wrong.
 */
export function saysItIsOver(error: unknown): boolean {
  return error instanceof EventStreamClosedError || (error instanceof Error && error.name === 'AbortError');
}

/**
 * Some values are iterable and yet no source of events: a string gives its characters, an event its wire
 * text.
 *
 * @throws EventStreamUsageError `INVALID_SOURCE`
 */
export function checkIterable(source: unknown, name: string, advice = ''): asserts source is EventIterable {
  const isObject = typeof source === 'object' && source !== null;
  const isIterable = isObject && (Symbol.asyncIterator in source || Symbol.iterator in source);
  if (isIterable && !isServerEvent(source)) return;
  const hint = typeof source === 'string' || isServerEvent(source) ? ': for one event, give [event]' : advice;
  const kind = isServerEvent(source) ? 'a ServerEvent' : show(source);
  throw new EventStreamUsageError(
    'INVALID_SOURCE',
    `${name} must be an iterable or async iterable of events, not ${kind}${hint}`,
  );
}
