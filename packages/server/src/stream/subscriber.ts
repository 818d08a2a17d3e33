import { invalidOption } from '@eventwire/options';

/**
 * The key under which a stream has its {@link Subscriber}: handlers do not meet its methods. Registered, so
 * that the ESM and the CommonJS copy of this package agree.
 */
export const SUBSCRIBER: unique symbol = Symbol.for('eventwire.subscriber') as never;

/** A stream that a channel can write to, such as the `stream` of a handler. */
export interface SubscribableStream {
  readonly [SUBSCRIBER]: Subscriber;
}

/**
 * One stream, as a channel sees it. A stream that is not Eventwire's own can be given to a channel by
 * implementing this.
 *
 * No method throws. After its stream is over, `signal` is aborted and calls do nothing.
 */
export interface Subscriber {
  /** The id after which the client wants to go on; empty where it has none. */
  readonly lastEventId: string;
  /** Aborted once the stream is over, whoever ended it. */
  readonly signal: AbortSignal;
  /** Anything that the application knows of this client. */
  context?: unknown;
  /**
   * Takes whole blocks. `false`: they have been taken, but there should be no more until `drained()`
   * settles.
   */
  write(frame: Uint8Array): boolean;
  /** Settles once more may be written, or the stream is over. */
  drained(): Promise<void>;
  /** Tells the client that it is finished, and closes: it does not come back. */
  end(reason?: string | undefined): void;
  /** Closes: the client comes back. */
  close(): void;
  /**
   * Whether the stream is over. Where it is there, so are `follow` and `unfollow`, and a channel uses them
   * instead of `signal`.
   */
  readonly over?: boolean | undefined;
  /**
   * Ends the follower with the stream, and asks it before each heartbeat for what is to be sent instead. An
   * AbortSignal that is listened to takes more memory than all the rest of a quiet stream, so a stream
   * makes none for its channels.
   */
  follow?(follower: Follower): void;
  unfollow?(follower: Follower): void;
  /**
   * Turns the client away before the stream has begun, with 503 and a `Retry-After` of so many seconds;
   * `close` where it has begun. Without it, the channel closes.
   */
  refuse?(retryAfter: number): void;
  readonly conventions?: boolean | undefined;
  hold?(): boolean;
  open?(): void;
  respond?(response: { status: number; body?: string }): boolean;
  /** Settles once the body has gone out. Where it is given, a channel's `close()` waits for it. */
  readonly closed?: Promise<void> | undefined;
}

/** A follower of a stream: its place in a channel. */
export interface Follower {
  /**
   * The frame to send instead of a heartbeat, if any: for a client whose place in the log has moved on
   * without an event for it.
   */
  idleFrame(): Uint8Array | undefined;
  /** The stream is over. */
  close(): void;
}

export function isOver(subscriber: Subscriber): boolean {
  return subscriber.over ?? subscriber.signal.aborted;
}

/** One subscriber's place in a channel. */
export interface Subscription {
  /** The id up to which the subscriber has been written; its client may not have it yet. */
  readonly cursor: string;
  /** Settles once nothing more is written for this subscription. Never rejects. */
  readonly closed: Promise<void>;
  /** Takes the subscriber out of the channel and leaves its stream open. */
  close(): void;
}

/**
 * The subscriber of a stream. Checked at the call, since a missing method would only be missed later.
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function subscriberOf(stream: unknown): Subscriber {
  if (typeof stream !== 'object' || stream === null) throw noStream(stream, A_STREAM);
  const own = (stream as Partial<SubscribableStream>)[SUBSCRIBER];
  if (own !== undefined) return own;
  const subscriber = stream as Partial<Subscriber>;
  for (const method of ['write', 'drained', 'close'] as const) {
    if (typeof subscriber[method] === 'function') continue;
    throw noStream(stream, `${A_STREAM}, and not the response under it (it has no method ${method})`);
  }
  const tells = typeof subscriber.over === 'boolean' && typeof subscriber.follow === 'function';
  if (!tells && !(subscriber.signal instanceof AbortSignal)) {
    throw noStream(stream, 'a Subscriber with an AbortSignal as its `signal`, which tells of its end');
  }
  return subscriber as Subscriber;
}

const A_STREAM = 'an event stream, such as the `stream` of a handler or an EventStreamResponse';

function noStream(value: unknown, expected: string): TypeError {
  return invalidOption('subscriber', expected, { value });
}
