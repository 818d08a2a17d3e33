type Callback = (this: unknown, event: Event) => unknown;

/**
 * An event handler IDL attribute, such as `onmessage`: HTML 8.1.8.1.
 * Its place among the listeners is that of its first setting, until it is set to null.
 */
export class EventHandler {
  readonly #target: EventTarget;
  readonly #type: string;
  #value: object | null = null;

  constructor(target: EventTarget, type: string) {
    this.#target = target;
    this.#type = type;
  }

  get value(): object | null {
    return this.#value;
  }

  set value(value: unknown) {
    // [spec] EventHandlerNonNull is [LegacyTreatNonObjectAsNull]: "any object" is kept, callable or not.
    const handler =
      typeof value === 'function' || (typeof value === 'object' && value !== null) ? value : null;
    // [spec] "If the given value is null, then deactivate an event handler"; "Otherwise ... Set eventHandler's value
    // to the given value" and "Activate an event handler", which does nothing if it has its listener already.
    if (handler === null) this.#target.removeEventListener(this.#type, this.#listener);
    else this.#target.addEventListener(this.#type, this.#listener);
    this.#value = handler;
  }

  readonly #listener = (event: Event): void => {
    // [spec] Web IDL: a callback object that is not callable returns undefined.
    if (typeof this.#value !== 'function') return;
    // [spec] "with « event », 'rethrow', and with callback this value set to event's currentTarget": what it throws
    // is reported as any listener's.
    const result = Reflect.apply(this.#value as Callback, event.currentTarget, [event]);
    // [spec] "If return value is false, then set event's canceled flag."
    if (result === false) event.preventDefault();
  };
}
