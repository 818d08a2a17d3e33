/** What arrives under the Standard's own names. */
export interface EventSourceEventMap {
  error: Event;
  message: MessageEvent;
  open: Event;
}

type Options<T> = boolean | T | undefined;

/** EventTarget, with listeners typed as the DOM's EventSource types them: a stream's own types are MessageEvents. */
export interface EventSourceTarget extends EventTarget {
  addEventListener<K extends keyof EventSourceEventMap>(
    type: K,
    listener: (this: this, event: EventSourceEventMap[K]) => unknown,
    options?: Options<AddEventListenerOptions>,
  ): void;
  addEventListener(
    type: string,
    listener: (this: this, event: MessageEvent) => unknown,
    options?: Options<AddEventListenerOptions>,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: Options<AddEventListenerOptions>,
  ): void;
  removeEventListener<K extends keyof EventSourceEventMap>(
    type: K,
    listener: (this: this, event: EventSourceEventMap[K]) => unknown,
    options?: Options<EventListenerOptions>,
  ): void;
  removeEventListener(
    type: string,
    listener: (this: this, event: MessageEvent) => unknown,
    options?: Options<EventListenerOptions>,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: Options<EventListenerOptions>,
  ): void;
}

/** The runtime's own EventTarget under that type. */
export const EventSourceTarget = EventTarget as unknown as new () => EventSourceTarget;
