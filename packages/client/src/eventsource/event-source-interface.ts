import type { AddListenerOptions, AnyListener, ListenerOptions } from '../web-types';
import type { EventSourceInit } from './event-source-init';

/** The events under the Standard's own names. */
interface EventSourceEventMap {
  error: Event;
  message: MessageEvent;
  open: Event;
}

type Listener<E extends Event> = (this: EventSource, event: E) => unknown;
type Handler<E extends Event> = Listener<E> | null;
type Options<T> = boolean | T | undefined;

/**
 * The Standard's EventSource, HTML 9.2.2, over `fetch`. An interface, as in the DOM's types, so that this one
 * and the DOM's can stand for each other.
 */
export interface EventSource extends EventTarget {
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
  /** Absolute; that of the call, also after redirects. */
  readonly url: string;
  readonly withCredentials: boolean;
  readonly readyState: number;
  /** The connection is open. */
  onopen: Handler<Event>;
  /** An event of the stream without a type of its own. */
  onmessage: Handler<MessageEvent>;
  /**
   * The connection was lost (`readyState` is CONNECTING: it comes back) or has failed (CLOSED: it does not).
   */
  onerror: Handler<Event>;
  /** Ends the connection, for good, and releases its socket. Nothing is fired from then on. */
  close(): void;
  addEventListener<K extends keyof EventSourceEventMap>(
    type: K,
    listener: Listener<EventSourceEventMap[K]>,
    options?: Options<AddListenerOptions>,
  ): void;
  addEventListener(
    type: string,
    listener: Listener<MessageEvent>,
    options?: Options<AddListenerOptions>,
  ): void;
  addEventListener(type: string, listener: AnyListener | null, options?: Options<AddListenerOptions>): void;
  removeEventListener<K extends keyof EventSourceEventMap>(
    type: K,
    listener: Listener<EventSourceEventMap[K]>,
    options?: Options<ListenerOptions>,
  ): void;
  removeEventListener(
    type: string,
    listener: Listener<MessageEvent>,
    options?: Options<ListenerOptions>,
  ): void;
  removeEventListener(type: string, listener: AnyListener | null, options?: Options<ListenerOptions>): void;
}

export interface EventSourceConstructor {
  /**
   * Connects at once, and again 3,000 ms after the connection ended, or what the stream's `retry` says; only
   * `close()` and a response that is no event stream end that.
   *
   * @param url relative to the page or worker, where there is one
   * @throws TypeError for a missing url, or a second argument that is no object; with code `INVALID_OPTION`
   * for a `fetch` or `headers` that cannot be used
   * @throws DOMException `SyntaxError` for a url that cannot be parsed
   */
  new (url: string | URL, eventSourceInitDict?: EventSourceInit): EventSource;
  readonly prototype: EventSource;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
}
