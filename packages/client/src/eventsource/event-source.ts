import { CLOSED, CONNECTING, OPEN, openConnection } from './connection';
import { createEventHandler } from './event-handler';
import { convertInit, type EventSourceInit } from './event-source-init';
import type { EventSourceConstructor, EventSource as EventSourceInterface } from './event-source-interface';
import { createRequest } from './event-source-request';
import { eventTargetOrStandIn, replaceStandIn } from './event-target';
import { parseUrl } from './parse-url';

const Base = eventTargetOrStandIn();

/** HTML 9.2.2, "The EventSource interface". */
class Implementation extends Base {
  readonly #url;
  readonly #withCredentials;
  readonly #connection;
  readonly #onopen = createEventHandler(this, 'open');
  readonly #onmessage = createEventHandler(this, 'message');
  readonly #onerror = createEventHandler(this, 'error');

  constructor(url: string | URL, eventSourceInitDict: EventSourceInit = {}) {
    // biome-ignore lint/complexity/noArguments: an undefined that was given is the relative URL "undefined"
    if (!arguments.length) throw new TypeError('EventSource takes a url');
    replaceStandIn(Implementation);
    super();
    // [spec] Web IDL converts the arguments before any step: to a USVString (the URL parser replaces lone
    // surrogates)
    const urlString = `${url}`;
    const init = convertInit(eventSourceInitDict);
    // [spec] "Set ev's url to urlRecord", "set ev's withCredentials attribute to true", "Fetch request"
    const urlRecord = parseUrl(urlString);
    // Not a dispatchEvent that a user has put on the object.
    const fire = (event: Event) => super.dispatchEvent(event);
    this.#url = urlRecord.href;
    this.#withCredentials = init.withCredentials;
    this.#connection = openConnection(fire, this.#url, createRequest(urlRecord, init), init);
  }

  /** [spec] "The url attribute's getter must return the serialization of this EventSource object's url." */
  get url(): string {
    return this.#url;
  }

  /** [spec] "must return the value to which it was last initialized" */
  get withCredentials(): boolean {
    return this.#withCredentials;
  }

  /** [spec] "represents the state of the connection" */
  get readyState(): number {
    return this.#connection.readyState();
  }

  get onopen(): unknown {
    return this.#onopen.get();
  }
  set onopen(handler: unknown) {
    this.#onopen.set(handler);
  }

  get onmessage(): unknown {
    return this.#onmessage.get();
  }
  set onmessage(handler: unknown) {
    this.#onmessage.set(handler);
  }

  get onerror(): unknown {
    return this.#onerror.get();
  }
  set onerror(handler: unknown) {
    this.#onerror.set(handler);
  }

  close(): void {
    this.#connection.close();
  }
}

const { prototype } = Implementation;
// [spec] Web IDL: attributes and operations are enumerable, which a class's are not.
const [_constructor, ...members] = Object.getOwnPropertyNames(prototype);
for (const name of members) Object.defineProperty(prototype, name, { enumerable: true });
// [spec] Web IDL: constants are on the interface object and on its prototype, enumerable and fixed.
for (const holder of [Implementation, prototype]) {
  for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSED }))
    Object.defineProperty(holder, name, { value, enumerable: true });
}
Object.defineProperty(Implementation, 'name', { value: 'EventSource', configurable: true });
// [spec] Web IDL: "a property whose name is @@toStringTag", not writable, not enumerable, configurable.
Object.defineProperty(prototype, Symbol.toStringTag, { value: 'EventSource', configurable: true });

/**
 * The Standard's EventSource.
 *
 * @example
 * const source = new EventSource('https://example.org/events', { headers: { authorization: 'Bearer x' } });
 * source.onmessage = ({ data }) => show(data);
 * source.addEventListener('greeting', ({ data }) => greet(data));
 */
export const EventSource = Implementation as unknown as EventSourceConstructor;
export type EventSource = EventSourceInterface;
