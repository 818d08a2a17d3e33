import type { EventStreamMessage } from '@eventwire/parser';

/** A constructor, and whether all that a message has arrives in its events: not all runtimes have one that is whole. */
let known: { readonly constructor: unknown; readonly isWhole: boolean } | undefined;

/**
 * [spec] "Let event be the result of creating an event using MessageEvent": it neither bubbles nor can be
 * canceled.
 */
export function createMessageEvent({ type, data, lastEventId }: EventStreamMessage, origin: string): Event {
  const { MessageEvent = Event } = globalThis as { MessageEvent?: typeof globalThis.MessageEvent };
  if (known?.constructor !== MessageEvent) {
    const isWhole = missing(new MessageEvent('x', probe), probe).length === 0;
    known = { constructor: MessageEvent, isWhole };
  }
  // [spec] "Initialize event's data attribute to [data], its origin attribute to [origin], and its
  // lastEventId attribute"
  const init = { data, origin, lastEventId };
  const event = new MessageEvent(type, init);
  if (known.isWhole) return event;
  for (const [name, value] of missing(event, init))
    Object.defineProperty(event, name, { value, enumerable: true });
  return event;
}

const probe = { data: 'x', origin: 'http://localhost', lastEventId: 'x' };

/** The members of a message that this event lacks. */
function missing(event: Event, init: object): [string, unknown][] {
  const { ports = [] } = event as Partial<MessageEvent>;
  return Object.entries({ source: null, ports, ...init }).filter(
    ([name, value]) => event[name as keyof Event] !== value,
  );
}
