import type { AsyncServerEventInit, EventInput } from '@eventwire/encoder';
import { EventStreamClosedError } from '../event-stream-closed-error';
import { checkIterable, type EventStreamBody, isSubscription } from './body';
import { forEachUntil } from './for-each-until';

/** What `produce` needs of an EventStreamWriter. */
interface ProducedStream {
  readonly signal: AbortSignal;
  sendEvent(event: EventInput | AsyncServerEventInit): Promise<void>;
}

/** Sends what was produced, until it has run out or the stream is over. Rejects with what the source throws. */
export async function produce(
  produced: EventStreamBody,
  stream: ProducedStream,
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
