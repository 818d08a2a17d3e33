import { EventStreamClosedError } from './event-stream-closed-error.js';
import type { EventStreamWriter } from './event-stream-writer.js';
import { forEachUntil } from './for-each-until.js';
import { checkIterable, isSubscription, type Produced } from './produced.js';

/** Sends what was produced, until it has run out or the stream is over. Rejects with what the source throws. */
export async function produce(
  produced: Produced,
  stream: Pick<EventStreamWriter, 'signal' | 'sendEvent'>,
  onLate: (error: unknown) => void,
): Promise<void> {
  if (produced === undefined || produced === null) return;
  if (isSubscription(produced)) return produced.closed;
  checkIterable(produced, 'A source of events');
  await forEachUntil(produced, stream.signal, onLate, (event) => stream.sendEvent(event));
}

/** A producer that learns from sendEvent or `signal` that the stream is over, and stops by throwing, has done nothing wrong. */
export function saysItIsOver(error: unknown): boolean {
  return error instanceof EventStreamClosedError || (error instanceof Error && error.name === 'AbortError');
}
