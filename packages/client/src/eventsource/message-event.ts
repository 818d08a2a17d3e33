import type { EventStreamMessage } from '@eventwire/parser';

/**
 * [spec] "Let event be the result of creating an event using MessageEvent": it neither bubbles nor can be
 * canceled.
 */
export function createMessageEvent({ type, data, lastEventId }: EventStreamMessage, origin: string): Event {
  const { MessageEvent = Event } = globalThis as { MessageEvent?: typeof globalThis.MessageEvent };
  // [spec] "Initialize event's data attribute to [data], its origin attribute to [origin], and its
  // lastEventId attribute"
  const init = { data, origin, lastEventId };
  const event = new MessageEvent(type, init);
  // A runtime without it, or one whose MessageEvent takes not all of this: the properties are the event's
  // own.
  const { ports = [] } = event as Partial<MessageEvent>;
  for (const [name, value] of Object.entries({ source: null, ports, ...init }))
    if (event[name as keyof Event] !== value) Object.defineProperty(event, name, { value, enumerable: true });
  return event;
}
