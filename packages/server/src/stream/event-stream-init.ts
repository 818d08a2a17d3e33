import {
  checkOptions,
  is,
  isBoolean,
  isFunction,
  isInteger,
  isObject,
  isTimer,
  type OptionRules,
  oneOf,
  optional,
  safeReporter,
} from '@eventwire/options';
import { Cors, type CorsOptions } from '../http/cors';
import { type HeaderFields, resolveHeaders, setDefault } from '../http/headers';
import { isStatus, type PlainResponseInit, WITHOUT_BODY } from '../http/response';
import type { LifetimeLimits } from './timers/lifetime';

/** How one event stream is served. */
export interface EventStreamInit {
  /**
   * The response's status; default 200, the only one that an EventSource reads. Not 204, 205 or 304, which
   * have no body.
   */
  status?: number | undefined;
  /**
   * Header fields beside and instead of the defaults: `Content-Type: text/event-stream`, `Cache-Control:
   * no-store, no-transform` and `X-Accel-Buffering: no` (nginx then passes each event on at once).
   */
  headers?: HeaderFields | undefined;
  /** The client's reconnection time in milliseconds, sent with the first block; default: none is sent. */
  retry?: number | undefined;
  /**
   * Milliseconds without a byte after which a comment is sent; default 15000. It is announced at the start
   * of the stream, so that a client can tell a dead connection from a quiet one. `false`: no comment, no
   * announcement.
   */
  heartbeat?: number | false | undefined;
  /**
   * Whether the stream follows Eventwire's conventions (PROTOCOL.md): the announcement, and events of type
   * `eventwire:...` that tell of the end and of gaps. With `false` there is none of it. The end of the stream
   * is then the end of the body, and a stream that does not come to its end is cut. So is one with a gap, if
   * its head is out; before that, a gap gets a 410. With `onFinish: 'close'`, by which clients come
   * back after any end, nothing is cut: the body just ends.
   *
   * @default true for GET and HEAD, false for other methods: readers of their responses, such as SDKs of
   *   language models, take every `data:` for their own
   */
  conventions?: boolean | undefined;
  /**
   * Pages of other origins that may read the stream. With it, the handler responds to preflights (OPTIONS
   * requests) too; default: none, and no CORS header is sent.
   */
  cors?: CorsOptions | undefined;
  /** With `'require'`, a client that does not accept `text/event-stream` gets a 406; default `'any'`. */
  accept?: 'any' | 'require' | undefined;
  /** Milliseconds after which the stream is closed, so that its client comes back; default: no limit. */
  maxDuration?: number | undefined;
  /**
   * When the client's authorisation ends: a Date, or milliseconds since 1970. The stream is closed then;
   * default: never.
   */
  expiresAt?: Date | number | undefined;
  /**
   * Asked again and again whether the client may still read: the stream is closed unless it gives true,
   * within 30 seconds. An error of it goes to `onError`, and closes the stream too.
   */
  revalidate?: (() => boolean | Promise<boolean>) | undefined;
  /** Milliseconds between a result of `revalidate` and the next time it is asked; default 60000. */
  revalidateInterval?: number | undefined;
  /**
   * Milliseconds for which a client may take none of the bytes that are under way to it, before the
   * connection is cut; default 120000. `false`: no limit. It holds after the end of the stream too. A system
   * tells of taken bytes in steps, of up to about 1.4 MB on Linux: a client has to take so many in that time.
   */
  writeTimeout?: number | false | undefined;
  /** Bytes under way to the client from which on `sendEvent` keeps its caller waiting; default 65536. */
  highWaterMark?: number | undefined;
  /**
   * Whether server-node may write to the socket itself, past `res.write`, if the response is a plain one of
   * HTTP/1.1. The bytes are the same, for less work. `false` is for software that watches or changes what
   * goes through `res.write` in a way that server-node does not notice. Other adapters ignore it.
   *
   * @default true
   */
  directWrites?: boolean | undefined;
  /**
   * The end of a stream whose source of events has run out: `'end'` (default) tells the client not to come
   * back, `'close'` only closes, so that it comes back.
   */
  onFinish?: 'end' | 'close' | undefined;
  /**
   * Told of what a callback or a source of events threw, and of a response that something else has begun;
   * default `console.error`. The client never sees it. If a callback throws before anything was sent, the
   * client gets the response that this returns, or else a 500 without details.
   *
   * @example
   * onError: (error) => (error instanceof NotFound ? { status: 404 } : console.error(error))
   */
  onError?: ((error: unknown) => PlainResponseInit | undefined) | ((error: unknown) => void) | undefined;
}

/** {@link EventStreamInit} with nothing left open. */
export interface ResolvedEventStreamInit extends EventStreamInit, LifetimeLimits {
  readonly status: number;
  readonly headers: Headers;
  readonly retry: number | undefined;
  readonly heartbeat: number | false;
  /** Of `cors`. */
  readonly crossOrigin: Cors | undefined;
  readonly expiresAt: number | undefined;
  readonly accept: 'any' | 'require';
  readonly maxDuration: number | undefined;
  readonly revalidate: (() => boolean | Promise<boolean>) | undefined;
  readonly revalidateInterval: number;
  readonly writeTimeout: number | false;
  readonly highWaterMark: number;
  readonly directWrites: boolean;
  readonly onFinish: 'end' | 'close';
  readonly onError: NonNullable<EventStreamInit['onError']>;
}

const RULES = {
  status: is(
    'the status of a response with a body, from 200 to 599 but not 204, 205 or 304',
    (value) => isStatus.accepts(value) && !WITHOUT_BODY.includes(value),
  ),
  headers: { ...is('an object of header fields, Headers or pairs', isObject), secret: true },
  retry: isInteger(0, Number.MAX_SAFE_INTEGER, 'whole milliseconds of at least 0'),
  heartbeat: optional(isTimer(), false),
  conventions: isBoolean,
  cors: is('an object', isObject),
  accept: oneOf('any', 'require'),
  maxDuration: isInteger(1, Number.MAX_SAFE_INTEGER, 'whole milliseconds of at least 1'),
  expiresAt: is(
    'a valid Date or milliseconds since 1970',
    (value) => (typeof value === 'number' || value instanceof Date) && !Number.isNaN(Number(value)),
  ),
  revalidate: isFunction,
  revalidateInterval: isTimer(),
  writeTimeout: optional(isTimer(), false),
  highWaterMark: isInteger(0),
  directWrites: isBoolean,
  onFinish: oneOf('end', 'close'),
  onError: isFunction,
} satisfies OptionRules<EventStreamInit>;

/** Names that other libraries use. */
const HINTS = { keepAlive: 'heartbeat', keepAliveInterval: 'heartbeat', pingInterval: 'heartbeat' };

/** An init that has been checked need not be checked again for each response. */
const resolved = new WeakSet<EventStreamInit>();

/**
 * Fills in the defaults. Its result can be given to it again, at no cost.
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function resolveEventStreamInit(init: EventStreamInit = {}): ResolvedEventStreamInit {
  if (isResolved(init)) return init;
  checkOptions(init, RULES, { hints: HINTS });
  const { status = 200, retry, heartbeat = 15_000, highWaterMark = 65_536, onFinish = 'end' } = init;
  const { accept = 'any', maxDuration, expiresAt, cors, directWrites = true } = init;
  const { conventions, revalidate, revalidateInterval = 60_000, writeTimeout = 120_000 } = init;
  const { onError = (error: unknown) => console.error(error) } = init;
  const complete = {
    ...{ status, headers: streamHeaders(init.headers), retry, heartbeat, highWaterMark, directWrites },
    ...{ accept, maxDuration, revalidate, revalidateInterval, writeTimeout, onFinish, cors, conventions },
    crossOrigin: cors && new Cors(cors),
    expiresAt: expiresAt === undefined ? undefined : Number(expiresAt),
    onError: safeReporter(onError),
  };
  resolved.add(complete);
  return complete;
}

function isResolved(init: EventStreamInit): init is ResolvedEventStreamInit {
  return resolved.has(init);
}

function streamHeaders(given: HeaderFields | undefined): Headers {
  const headers = resolveHeaders(given);
  setDefault(headers, 'content-type', 'text/event-stream');
  // no-transform also keeps compression away, which would hold events back.
  setDefault(headers, 'cache-control', 'no-store, no-transform');
  setDefault(headers, 'x-accel-buffering', 'no');
  return headers;
}
