import type { EventStreamMessage } from '@eventwire/parser';
import type { ConnectContext, EndContext, OpenInfo, Outcome, ReconnectInfo } from './contexts';
import type { ConnectionError } from './errors';
import type { Clock } from './reconnect/clock';
import type { ReconnectOptions } from './reconnect/policy';
import type { Gap, Lag } from './response/conventions';
import type { Decode } from './response/decode';
import type { Schemas } from './response/standard-schema';
import type { TraceRecord } from './trace';
import type { CredentialsMode, RequestBody } from './web-types';

/**
 * The result of a callback, which nobody looks at but to await it. TypeScript does not look at it either,
 * since it is any: else `const stream = connect(url, { onEvent: () => stream.close() })` would have a type
 * that refers to itself.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Ignored = any;

/** A value, or a function that gives it anew before every attempt. */
export type PerAttempt<T> = T | ((context: ConnectContext) => T | Promise<T>);

export type ConnectUrl = PerAttempt<string | URL>;

/** Whatever `new Headers()` takes; in a record, undefined means absent. */
export type ConnectHeaders = Headers | [string, string][] | Record<string, string | undefined>;

/** The fetch that is called: always with an absolute URL as a string. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/**
 * How a redirection to another origin is followed: `'follow'` takes nothing but `Accept` along, `'forward'`
 * takes all headers, the body and the last event ID. `'error'` fails the stream at any redirection.
 */
export type RedirectPolicy = 'follow' | 'forward' | 'error';

export interface ConnectOptions<E = EventStreamMessage> {
  /** @default globalThis.fetch, looked up at every attempt */
  fetch?: FetchLike | undefined;
  /**
   * Any HTTP method. By another than GET, HEAD, OPTIONS and QUERY, a stream that has been opened is not
   * requested again, unless `reconnect` is an object. GET and HEAD send no `body`.
   *
   * @default 'GET'
   * @example method: ({ lastEventId }) => (lastEventId ? 'GET' : 'POST')
   */
  method?: PerAttempt<string> | undefined;
  /** Sent with every attempt. A stream can be read only once, so give a function that makes one. */
  body?: PerAttempt<RequestBody | null | undefined> | undefined;
  /** They win over the `Accept` that is sent by default. Your own object is never changed. */
  headers?: PerAttempt<ConnectHeaders | undefined> | undefined;
  /** Aborting it is `close()`. */
  signal?: AbortSignal | undefined;
  /**
   * As for fetch; passed on only if set.
   *
   * @default fetch's own
   */
  credentials?: CredentialsMode | undefined;
  /**
   * The id to resume after; `''` is the beginning.
   *
   * @default ''
   */
  lastEventId?: string | undefined;
  /**
   * Sends the last event ID as this query parameter instead of the header, which needs no CORS preflight.
   *
   * @default undefined, the header
   */
  lastEventIdParam?: string | undefined;
  /**
   * When to come back. False: one attempt only (and the one after `refresh`).
   *
   * @default {}
   * @example reconnect: { initialDelay: 500, maxAttempts: 10 }
   */
  reconnect?: ReconnectOptions | false | undefined;
  /**
   * Asked at every end but `terminal` and the server's own. True reconnects, false stops, `'refresh'` runs
   * `refresh` and retries at once; undefined leaves it to the table in the README. One that throws is
   * reported, and counts as undefined.
   *
   * @example shouldReconnect: ({ status }) => (status === 404 ? true : undefined)
   */
  shouldReconnect?:
    | ((context: EndContext) => boolean | 'refresh' | undefined | Promise<boolean | 'refresh' | undefined>)
    | undefined;
  /**
   * Called on 401, for instance to get a new token; one retry follows at once. It runs one at a time: streams
   * that share a function share its run, even those refused after it whose request began before its end. It
   * may take `connectTimeout`.
   */
  refresh?: ((context: EndContext) => unknown) | undefined;
  /**
   * A function is awaited; if it throws or rejects, the attempt has failed. In browsers fetch follows by
   * itself, by its own rules; `'error'` works there too.
   *
   * @default 'follow'
   */
  redirect?: RedirectPolicy | ((to: URL, from: URL) => RedirectPolicy | Promise<RedirectPolicy>) | undefined;
  /**
   * Ms until the response's headers, including `url`, `headers` and `body` functions. False: none.
   *
   * @default 30_000
   */
  connectTimeout?: number | false | undefined;
  /**
   * Ms without any byte while a read is pending. False: none.
   *
   * @default 2.5 times the heartbeat that the server announces; none if it announces none
   */
  idleTimeout?: number | false | undefined;
  /**
   * Bytes or characters that one event may have.
   *
   * @default 16_777_216, the parser's
   */
  maxEventSize?: number | undefined;
  /**
   * Events that may wait for the slowest consumer.
   *
   * @default 1 with `onQueueFull: 'pause'`, else 1000
   */
  maxQueuedEvents?: number | undefined;
  /**
   * `'pause'` stops reading while `maxQueuedEvents` wait (by default, until all are taken); one chunk of the
   * response may exceed it. `'drop-oldest'` (reported to `onLagged`) and `'close'` (fails with `QUEUE_FULL`)
   * read on.
   *
   * @default 'pause'
   */
  onQueueFull?: 'pause' | 'drop-oldest' | 'close' | undefined;
  /**
   * True: `lastEventId` advances only when a consumer comes back for the next event.
   *
   * @default false
   */
  ack?: boolean | undefined;
  /**
   * Makes a value of an event's data.
   *
   * @default 'text'; with `schema`, 'json'
   */
  decode?: Decode | undefined;
  /** A Standard Schema per event type (`message` is that of events without one); other types are skipped. */
  schema?: Schemas | undefined;
  /**
   * For an event that `decode` or `schema` refuses: `'fail'` fails the stream with `INVALID_EVENT`, `'skip'`
   * goes on without the event. A function decides by returning one of both.
   *
   * @default 'fail'
   */
  onInvalid?:
    | 'fail'
    | 'skip'
    | ((error: ConnectionError, event: EventStreamMessage) => 'fail' | 'skip')
    | undefined;
  /**
   * `'pause'`: no connection while the page is hidden.
   *
   * @default 'keep'
   */
  visibility?: 'keep' | 'pause' | undefined;
  /**
   * True for the last event of the stream. It sees the event before decoding. The event is delivered if it
   * can be decoded; then the stream closes with `terminal`.
   *
   * @example terminal: (event) => event.data === '[DONE]'
   */
  terminal?: ((event: EventStreamMessage) => boolean) | undefined;
  /**
   * Called for each event, one after the other: the next event waits for its promise, and reading for both.
   */
  onEvent?: ((event: E) => Ignored) | undefined;
  onOpen?: ((info: OpenInfo) => Ignored) | undefined;
  /** Called after `onEvent` for the events before the comment; iterators may come to those later. */
  onComment?: ((text: string) => Ignored) | undefined;
  onReconnect?: ((info: ReconnectInfo) => Ignored) | undefined;
  /** The server no longer has all that was missed. */
  onGap?: ((gap: Gap) => Ignored) | undefined;
  /** The server, or `'drop-oldest'`, dropped events, because this client was too slow. */
  onLagged?: ((lag: Lag) => Ignored) | undefined;
  /** Called once, at the end. */
  onClose?: ((outcome: Outcome) => Ignored) | undefined;
  /** Called with every attempt, decision and reason, without secrets. */
  onTrace?: ((record: TraceRecord) => Ignored) | undefined;
  /**
   * For tests. An error that it throws is reported, and the timer is missing.
   *
   * @default the system's
   */
  clock?: Clock | undefined;
  /**
   * For tests: a number in [0, 1). One that throws is reported, and counts as 0.
   *
   * @default Math.random
   */
  random?: (() => number) | undefined;
}
