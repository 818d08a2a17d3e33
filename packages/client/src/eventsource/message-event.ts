/** What 9.2.6 initialises. */
export interface MessageInit {
  readonly data: string;
  readonly origin: string;
  readonly lastEventId: string;
}

/** [spec] "Let event be the result of creating an event using MessageEvent": it neither bubbles nor can be canceled. */
export function createMessageEvent(type: string, init: MessageInit): Event {
  if (typeof globalThis.MessageEvent === 'function') return new MessageEvent(type, init);
  // A runtime without it: an event with the same properties.
  const event = new Event(type);
  for (const [name, value] of Object.entries({ ...init, source: null, ports: [] })) {
    Object.defineProperty(event, name, { value, enumerable: true });
  }
  return event;
}
