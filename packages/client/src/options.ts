import type { EventStreamMessage } from '@eventwire/parser';
import type { ConnectionError } from './errors';
import type { Outcome } from './outcome';
import type { Clock } from './reconnect/clock';
import type { Gap, Lag } from './response/conventions';
import type { Decode } from './response/decode';
import type { Schemas } from './response/standard-schema';
import type { TraceRecord } from './trace';
import type { CredentialsMode, RequestBody } from './web-types';

/** What `url`, `headers` and `body` functions are given before every attempt. */
export interface ConnectContext {
  /** From 1, over the stream's whole life. */
  readonly attempt: number;
  /** The id that this attempt resumes after; `''` if there is none. */
  readonly lastEventId: string;
  /** Why the attempt before ended; undefined for the first, and after a response that ended cleanly. */
  readonly previousError: ConnectionError | undefined;
  /** Aborted when this attempt is given up. */
  readonly signal: AbortSignal;
}

/**
 * What a callback returns, which nobody looks at but to await it. Nor does TypeScript, where it is any: else
 * `const stream = connect(url, { onEvent: () => stream.close() })` would be a type that refers to itself.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
type Ignored = any;

/** A value, or a function that gives it anew before every attempt. */
export type PerAttempt<T> = T | ((context: ConnectContext) => T | Promise<T>);

export type ConnectUrl = PerAttempt<string | URL>;

/** What `new Headers()` takes; in a record, undefined means absent. */
export type ConnectHeaders = Headers | [string, string][] | Record<string, string | undefined>;

/** The fetch that is called: always with an absolute URL as a string. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** When to come back. All times in ms. */
export interface ReconnectOptions {
  /** The reconnection time until the server sets one, and the base of the backoff. Default 1000. */
  initialDelay?: number | undefined;
  /** The most that backoff adds. Default 30000. */
  maxDelay?: number | undefined;
  /** The least that the server can ask for. Default 100. */
  minDelay?: number | undefined;
  /** The most that the server can ask for, by `retry` or `Retry-After`. Default 600000. */
  maxServerDelay?: number | undefined;
  /** How backoff grows with each attempt, at least 1. Default 2. */
  factor?: number | undefined;
  /** How much of the backoff is random, from 0 (no backoff is added) to 1. Default 1. */
  jitter?: number | undefined;
  /** Attempts in a row that may end before the stream was healthy. Default Infinity. */
  maxAttempts?: number | undefined;
  /** How long the stream may stay unhealthy. Default Infinity. */
  maxElapsed?: number | undefined;
  /** How long a connection has to stay open to count as healthy. Default 5000. */
  resetAfter?: number | undefined;
}

/** An attempt was accepted: headers are here, the body not yet. */
export interface OpenInfo {
  readonly attempt: number;
  readonly status: number;
  readonly headers: Headers;
}

/** The client has begun to wait. */
export interface ReconnectInfo {
  /** The attempt that ended. */
  readonly attempt: number;
  /** Until the next one, in ms. */
  readonly delay: number;
  /** Undefined after a response that ended cleanly. */
  readonly error: ConnectionError | undefined;
}

/** What `shouldReconnect` and `refresh` are given: how the attempt ended. */
export interface EndContext {
  /** The attempt that ended, from 1. */
  readonly attempt: number;
  /** The id that the next attempt resumes after. */
  readonly lastEventId: string;
  /** Undefined after a response that ended cleanly, and after 204. */
  readonly error: ConnectionError | undefined;
  /** The response's status, where it decided: of a refused response, 204, or 200 after a response that ended cleanly. */
  readonly status: number | undefined;
}

/**
 * What to do about a redirection: `'follow'` takes nothing but `Accept` to another origin, `'forward'` takes all
 * headers, the body and the last event ID, and `'error'` fails the stream.
 */
export type RedirectPolicy = 'follow' | 'forward' | 'error';

export interface ConnectOptions<E = EventStreamMessage> {
  /** Default: `globalThis.fetch`, looked up at every attempt. */
  fetch?: FetchLike | undefined;
  /** Default `GET`. */
  method?: string | undefined;
  /** Sent with every attempt; a stream can be read only once, so give a function that makes one. */
  body?: PerAttempt<RequestBody | null | undefined> | undefined;
  /** Win over `Accept`, which is set otherwise; never changed. */
  headers?: PerAttempt<ConnectHeaders | undefined> | undefined;
  /** Aborting it is `close()`. */
  signal?: AbortSignal | undefined;
  /** As for fetch; passed on only if set. */
  credentials?: CredentialsMode | undefined;
  /** Where to resume; `''` (the default) is the beginning. */
  lastEventId?: string | undefined;
  /** Sends the last event ID as this query parameter instead of the header: no CORS preflight. */
  lastEventIdParam?: string | undefined;
  /** When to come back; false: one attempt only (and the one after `refresh`). */
  reconnect?: ReconnectOptions | false | undefined;
  /**
   * Asked at every end but `terminal` and the server's own: true reconnects, false stops, `'refresh'` runs `refresh` and
   * retries at once; undefined leaves it to the table of endings. One that throws is reported, and counts as undefined.
   */
  shouldReconnect?:
    | ((context: EndContext) => boolean | 'refresh' | undefined | Promise<boolean | 'refresh' | undefined>)
    | undefined;
  /**
   * Called on 401, for instance to get a new token: then follows one retry, at once. Runs one at a time: streams that
   * share a function share its run, also those refused after it whose request began before its end. Bounded by `connectTimeout`.
   */
  refresh?: ((context: EndContext) => unknown) | undefined;
  /**
   * Default `'follow'`. A function is awaited; if it throws or rejects, the attempt has failed. In browsers fetch
   * follows by itself, by its own rules; `'error'` works there too.
   */
  redirect?: RedirectPolicy | ((to: URL, from: URL) => RedirectPolicy | Promise<RedirectPolicy>) | undefined;
  /** Ms until the response's headers, including `url`, `headers` and `body` functions. Default 30000; false: none. */
  connectTimeout?: number | false | undefined;
  /** Ms without any byte while a read is pending. Default 2.5 times the heartbeat that the server announces, else none. */
  idleTimeout?: number | false | undefined;
  /** Bytes or characters that one event may have. Default: the parser's 16 MiB. */
  maxEventSize?: number | undefined;
  /** Events that may wait for the slowest consumer. Default: as `onQueueFull` says. */
  maxQueuedEvents?: number | undefined;
  /**
   * `'pause'` (default) stops reading while `maxQueuedEvents` wait (default 1: until all are taken); one chunk of the response
   * may exceed it. `'drop-oldest'` (reported to `onLagged`) and `'close'` (fails with `QUEUE_FULL`) read on; default 1000.
   */
  onQueueFull?: 'pause' | 'drop-oldest' | 'close' | undefined;
  /** True: `lastEventId` advances only when a consumer comes back for the next event. Default false. */
  ack?: boolean | undefined;
  /** What becomes of an event's data. Default `'text'`; with `schema` `'json'`. */
  decode?: Decode | undefined;
  /** A Standard Schema per event type (`message` is that of events without one); events of other types are skipped. */
  schema?: Schemas | undefined;
  /**
   * What happens to an event that `decode` or `schema` refuses: `'fail'` (default) fails the stream with `INVALID_EVENT`,
   * `'skip'` goes on without the event. A function decides by returning one of both.
   */
  onInvalid?:
    | 'fail'
    | 'skip'
    | ((error: ConnectionError, event: EventStreamMessage) => 'fail' | 'skip')
    | undefined;
  /** `'pause'`: no connection while the page is hidden. Default `'keep'`. */
  visibility?: 'keep' | 'pause' | undefined;
  /** True for the last event of the stream, before decoding: it is delivered if it can be decoded, then the stream closes with `terminal`. */
  terminal?: ((event: EventStreamMessage) => boolean) | undefined;
  /** Called for each event, one after the other: the next event waits for its promise, and reading for both. */
  onEvent?: ((event: E) => Ignored) | undefined;
  onOpen?: ((info: OpenInfo) => Ignored) | undefined;
  /** Once `onEvent` has been called for the events before it; iterators may come to those later. */
  onComment?: ((text: string) => Ignored) | undefined;
  onReconnect?: ((info: ReconnectInfo) => Ignored) | undefined;
  /** The server no longer has all that was missed. */
  onGap?: ((gap: Gap) => Ignored) | undefined;
  /** The server dropped events, because this client was too slow. */
  onLagged?: ((lag: Lag) => Ignored) | undefined;
  /** Once, at the end. */
  onClose?: ((outcome: Outcome) => Ignored) | undefined;
  /** Every attempt, decision and reason, without secrets. */
  onTrace?: ((record: TraceRecord) => Ignored) | undefined;
  /** What it throws is reported, and the timer is missing. */
  clock?: Clock | undefined;
  /** In [0, 1). Default `Math.random`. One that throws is reported, and counts as 0. */
  random?: (() => number) | undefined;
}
