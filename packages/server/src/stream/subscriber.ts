import { invalidOption } from '@eventwire/options';
import { EventStreamUsageError } from '../errors';
import type { PlainResponseInit } from '../http/response';

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
  /** `false`: nothing of PROTOCOL.md is written to it. Default true. */
  readonly conventions?: boolean | undefined;
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
  /** Whether a follower has it: a stream is in one channel at a time. */
  readonly followed?: boolean | undefined;
  /**
   * Keeps the head of the response back until the first write, `open` or `respond`. False where it has gone
   * out, or the stream is over.
   */
  hold?(): boolean;
  /** Sends the head that was kept back. */
  open?(): void;
  /** Gives the client this response instead of the stream. False where the head has gone out. */
  respond?(response: PlainResponseInit): boolean;
  /** Cuts the connection, so that a client without the conventions sees that the stream is not whole. */
  cut?(): void;
  /**
   * Turns the client away before the stream has begun, with 503 and a `Retry-After` of so many seconds;
   * `close` where it has begun. Without it, the channel closes.
   */
  refuse?(retryAfter: number): void;
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

/** The abort listeners of the subscribers that have no `follow`, for as long as each has a follower. */
const abortListeners = new WeakMap<Subscriber, () => void>();

/** Ends the follower with the stream. */
export function follow(subscriber: Subscriber, follower: Follower): void {
  if (subscriber.follow) {
    subscriber.follow(follower);
    return;
  }
  const onAbort = () => follower.close();
  abortListeners.set(subscriber, onAbort);
  subscriber.signal.addEventListener('abort', onAbort, { once: true });
}

/** Undoes `follow`. */
export function unfollow(subscriber: Subscriber, follower: Follower): void {
  if (subscriber.follow) {
    subscriber.unfollow?.(follower);
    return;
  }
  const onAbort = abortListeners.get(subscriber);
  if (!onAbort) return;
  abortListeners.delete(subscriber);
  subscriber.signal.removeEventListener('abort', onAbort);
}

/**
 * Refuses a stream that has a follower already.
 *
 * @throws EventStreamUsageError `ALREADY_SUBSCRIBED`
 */
export function refuseFollowed(subscriber: Subscriber): void {
  if (!(subscriber.followed ?? abortListeners.has(subscriber))) return;
  throw new EventStreamUsageError(
    'ALREADY_SUBSCRIBED',
    'The stream is in a channel or follows a run already, and its client has one last event ID: publish to ' +
      'one channel, with a `topic` for each kind of event, and subscribe with `topics`',
  );
}

/** Ends a stream that is not through, so that its client can tell. */
export function breakOff(subscriber: Subscriber): void {
  if (subscriber.conventions === false && subscriber.cut) subscriber.cut();
  else subscriber.close();
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
