/** What 9.2.6 initialises. */
export interface MessageInit {
  readonly data: string;
  readonly origin: string;
  readonly lastEventId: string;
}

/** [spec] "Let event be the result of creating an event using MessageEvent": it neither bubbles nor can be canceled. */
export function createMessageEvent(type: string, init: MessageInit): Event {
  const isNative = typeof globalThis.MessageEvent === 'function';
  const event = isNative ? new MessageEvent(type, init) : new Event(type);
  // A runtime without it, or one whose MessageEvent takes not all of this: the properties are the event's own.
  for (const [name, value] of Object.entries(isNative ? init : { ...init, source: null, ports: [] })) {
    if (Reflect.get(event, name) !== value) Object.defineProperty(event, name, { value, enumerable: true });
  }
  return event;
}
