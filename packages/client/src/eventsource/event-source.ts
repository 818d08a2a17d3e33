import { Connection } from './connection';
import { EventHandler } from './event-handler';
import { convertInit, type EventSourceInit } from './event-source-init';
import { EventSourceRequest } from './event-source-request';
import { type EventSourceEventMap, EventSourceTarget } from './event-source-target';
import { parseUrl } from './parse-url';
import { CLOSED, CONNECTING, OPEN } from './ready-state';

type Handler<K extends keyof EventSourceEventMap> =
  | ((this: EventSource, event: EventSourceEventMap[K]) => unknown)
  | null;

/**
 * The Standard's EventSource, HTML 9.2.2, over `fetch`. Connects at once, and again 3,000 ms after the connection
 * ended, or what the stream's `retry` says; only `close()` and a response that is no event stream end that.
 */
export class EventSource extends EventSourceTarget {
  declare static readonly CONNECTING: typeof CONNECTING;
  declare static readonly OPEN: typeof OPEN;
  declare static readonly CLOSED: typeof CLOSED;
  declare readonly CONNECTING: typeof CONNECTING;
  declare readonly OPEN: typeof OPEN;
  declare readonly CLOSED: typeof CLOSED;

  readonly #request: EventSourceRequest;
  readonly #withCredentials: boolean;
  readonly #connection: Connection;
  readonly #onopen = new EventHandler(this, 'open');
  readonly #onmessage = new EventHandler(this, 'message');
  readonly #onerror = new EventHandler(this, 'error');

  /**
   * @param url relative to the page or worker, where there is one
   * @throws TypeError for a missing url, or a second argument that is no object; with code `INVALID_OPTION` for a
   * `fetch` or `headers` that cannot be used
   * @throws DOMException `SyntaxError` for a url that cannot be parsed
   */
  constructor(url: string | URL, eventSourceInitDict: EventSourceInit = {}) {
    // biome-ignore lint/complexity/noArguments: an undefined that was given is the relative URL "undefined"
    if (arguments.length === 0) {
      throw new TypeError('EventSource needs 1 argument, the url, and got none.');
    }
    super();
    // [spec] Web IDL converts the arguments before any step: to a USVString (the URL parser replaces lone surrogates)
    const urlString = `${url}`;
    const init = convertInit(eventSourceInitDict);
    // [spec] "Set ev's url to urlRecord", "set ev's withCredentials attribute to true", "Fetch request"
    this.#withCredentials = init.withCredentials;
    this.#request = new EventSourceRequest(parseUrl(urlString), init);
    this.#connection = new Connection(this, this.#request);
  }

  /** [spec] "The url attribute's getter must return the serialization of this EventSource object's url." */
  get url(): string {
    return this.#request.url.href;
  }

  /** [spec] "must return the value to which it was last initialized" */
  get withCredentials(): boolean {
    return this.#withCredentials;
  }

  /** [spec] "represents the state of the connection" */
  get readyState(): number {
    return this.#connection.readyState;
  }

  get onopen(): Handler<'open'> {
    return this.#onopen.value as Handler<'open'>;
  }
  set onopen(handler: Handler<'open'>) {
    this.#onopen.value = handler;
  }

  get onmessage(): Handler<'message'> {
    return this.#onmessage.value as Handler<'message'>;
  }
  set onmessage(handler: Handler<'message'>) {
    this.#onmessage.value = handler;
  }

  get onerror(): Handler<'error'> {
    return this.#onerror.value as Handler<'error'>;
  }
  set onerror(handler: Handler<'error'>) {
    this.#onerror.value = handler;
  }

  /** Ends the connection, for good, and releases its socket. Nothing is fired from now on. */
  close(): void {
    this.#connection.close();
  }
}

// [spec] Web IDL: constants are on the interface object and on its prototype, enumerable and fixed.
for (const holder of [EventSource, EventSource.prototype]) {
  for (const [name, value] of Object.entries({ CONNECTING, OPEN, CLOSED })) {
    Object.defineProperty(holder, name, { value, enumerable: true });
  }
}
// [spec] Web IDL: attributes and operations are enumerable, which a class's are not.
for (const name of ['url', 'withCredentials', 'readyState', 'onopen', 'onmessage', 'onerror', 'close']) {
  Object.defineProperty(EventSource.prototype, name, { enumerable: true });
}
// [spec] Web IDL: "a property whose name is @@toStringTag", not writable, not enumerable, configurable.
Object.defineProperty(EventSource.prototype, Symbol.toStringTag, {
  value: 'EventSource',
  configurable: true,
});
