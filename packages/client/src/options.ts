import type { EventStreamMessage } from '@eventwire/parser';
import type { Clock } from './clock';
import type { ConnectionError } from './connection-error';
import type { Gap, Lag } from './conventions';
import type { Outcome } from './outcome';
import type { TraceRecord } from './trace';

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

export interface ConnectOptions {
  /** Default: `globalThis.fetch`, looked up at every attempt. */
  fetch?: FetchLike | undefined;
  /** Default `GET`. */
  method?: string | undefined;
  /** Sent with every attempt; a stream can be read only once, so give a function that makes one. */
  body?: PerAttempt<BodyInit | null | undefined> | undefined;
  /** Win over `Accept`, which is set otherwise; never changed. */
  headers?: PerAttempt<ConnectHeaders | undefined> | undefined;
  /** Aborting it is `close()`. */
  signal?: AbortSignal | undefined;
  /** As for fetch; passed on only if set. */
  credentials?: RequestCredentials | undefined;
  /** Where to resume; `''` (the default) is the beginning. */
  lastEventId?: string | undefined;
  /** Sends the last event ID as this query parameter instead of the header: no CORS preflight. */
  lastEventIdParam?: string | undefined;
  /** When to come back; false: one attempt only. */
  reconnect?: ReconnectOptions | false | undefined;
  /** Ms until the response's headers, including `url`, `headers` and `body` functions. Default 30000; false: none. */
  connectTimeout?: number | false | undefined;
  /** Ms without any byte while a read is pending. Default 2.5 times the heartbeat that the server announces, else none. */
  idleTimeout?: number | false | undefined;
  /** Bytes or characters that one event may have. Default: the parser's 16 MiB. */
  maxEventSize?: number | undefined;
  /** True for the last event of the stream: it is delivered, then the stream closes with `terminal`. */
  terminal?: ((event: EventStreamMessage) => boolean) | undefined;
  /** Called for each event, one after the other: the next event waits for its promise, and reading for both. */
  onEvent?: ((event: EventStreamMessage) => unknown) | undefined;
  onOpen?: ((info: OpenInfo) => unknown) | undefined;
  /** As soon as the comment is read, so possibly before events of the same chunk. */
  onComment?: ((text: string) => unknown) | undefined;
  onReconnect?: ((info: ReconnectInfo) => unknown) | undefined;
  /** The server no longer has all that was missed. */
  onGap?: ((gap: Gap) => unknown) | undefined;
  /** The server dropped events, because this client was too slow. */
  onLagged?: ((lag: Lag) => unknown) | undefined;
  /** Once, at the end. */
  onClose?: ((outcome: Outcome) => unknown) | undefined;
  /** Every attempt, decision and reason, without secrets. */
  onTrace?: ((record: TraceRecord) => unknown) | undefined;
  clock?: Clock | undefined;
  /** In [0, 1). Default `Math.random`. */
  random?: (() => number) | undefined;
}
