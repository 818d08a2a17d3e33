type Callback = (this: unknown, event: Event) => unknown;

/** An event handler IDL attribute, such as `onmessage`: HTML 8.1.8.1. */
export interface EventHandler {
  get(): object | null;
  set(value: unknown): void;
}

/** Its place among the listeners is that of its first setting, until it is set to null. */
export function createEventHandler(target: EventTarget, type: string): EventHandler {
  let handler: object | null = null;
  const listener = (event: Event) => {
    // [spec] Web IDL: a callback object that is not callable returns undefined.
    if (typeof handler !== 'function') return;
    // [spec] "with « event », 'rethrow', and with callback this value set to event's currentTarget": what it
    // throws is reported as any listener's.
    const result = Reflect.apply(handler as Callback, target, [event]);
    // [spec] "If return value is false, then set event's canceled flag."
    if (result === false) event.preventDefault();
  };
  return {
    get: () => handler,
    set(value) {
      // [spec] EventHandlerNonNull is [LegacyTreatNonObjectAsNull]: "any object" is kept, callable or not.
      handler = Object(value) === value ? (value as object) : null;
      // [spec] "If the given value is null, then deactivate an event handler"; "Otherwise ... Set
      // eventHandler's value to the given value" and "Activate an event handler", which does nothing if it
      // has its listener already.
      target[handler ? 'addEventListener' : 'removeEventListener'](type, listener);
    },
  };
}
