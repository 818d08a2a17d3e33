import { EventStreamClosedError } from '../errors';
import type { PlainResponseInit } from '../http/response';
import { attempt } from '../user-callbacks';
import { saysItIsOver } from './body';
import type { ResolvedEventStreamInit } from './event-stream-init';
import type { Follower } from './subscriber';

export const INTERNAL_ERROR = { status: 500, body: 'Internal Server Error\n' };

const LATE =
  'The event came after the end of the callback, which has ended the stream: to go on sending, ' +
  '`await stream.closed` in the callback';

/**
 * A stream from open to over: how it comes to its end, and everybody who is told of that. A base class and
 * no part of StreamSubscriber, since an object more for each stream could be measured.
 */
export abstract class StreamLife {
  // The fields that each write needs come first, as in BlockWriter.
  /** Ending: `end()` was called, and waits for the block in progress. */
  protected state: 'open' | 'ending' | 'over' = 'open';
  /** The body has come to its end; and a late event has been told of. */
  #body: 'open' | 'ended' | 'late' = 'open';
  readonly closed: Promise<void>;
  protected readonly init: ResolvedEventStreamInit;
  /** Absent until somebody asks for the signal: it takes as much memory as a quarter of a quiet stream. */
  #abort: AbortController | undefined;
  protected reason: EventStreamClosedError | undefined;
  /** Its place in a channel. */
  protected follower: Follower | undefined;
  /** The body is the subscription of its follower. */
  #endsWithFollower = false;
  protected resolveClosed: () => void = () => {};

  constructor(init: ResolvedEventStreamInit) {
    this.init = init;
    this.closed = new Promise((resolve) => {
      this.resolveClosed = resolve;
    });
  }

  abstract end(reason?: string | undefined): void;
  abstract close(): void;
  abstract respond(response: PlainResponseInit): boolean;
  /** Ends a stream that is not through. By the end of its body alone, no client could tell that. */
  protected abstract breakOff(): void;
  /** Nothing more is written. */
  protected abstract stopWriting(): void;

  get isOpen(): boolean {
    return this.state === 'open';
  }

  get over(): boolean {
    return this.state === 'over';
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.reason) this.#abort.abort(this.reason);
    }
    return this.#abort.signal;
  }

  get followed(): boolean {
    return this.follower !== undefined;
  }

  follow(follower: Follower): void {
    this.follower = follower;
  }

  unfollow(follower: Follower): void {
    if (this.follower !== follower) return;
    this.follower = undefined;
    // Not at once: a channel that takes the stream out may be about to close it.
    if (this.#endsWithFollower) queueMicrotask(() => this.#endWithFollower());
  }

  /** A callback has given nothing: the body is that of its subscription, or what the caller goes on to send. */
  bodyIsLeftOpen(): void {
    this.#endsWithFollower = this.followed;
  }

  /** The body has come to its end. */
  bodyEnded(): void {
    if (this.state !== 'open') return;
    this.#body = 'ended';
    if (this.init.onFinish === 'end') this.end();
    else this.close();
  }

  bodyFailed(error: unknown): void {
    const instead = this.report(error);
    if (this.state !== 'open') return;
    const isOwn = hasStatus(instead) && attempt(() => this.respond(instead), this.init.onError);
    if (!isOwn && !this.respond(INTERNAL_ERROR)) this.breakOff();
  }

  /** Gives what `onError` gives. */
  report(error: unknown): unknown {
    return this.state === 'open' || !saysItIsOver(error) ? this.init.onError(error) : undefined;
  }

  /** The one way into the last state. `stop` does what is left to do with the sink. */
  protected finish(reason: EventStreamClosedError, stop = () => {}): void {
    if (this.state === 'over') return;
    this.state = 'over';
    stop();
    this.reason = reason;
    const { follower } = this;
    if (follower) attempt(() => follower.close(), this.init.onError);
    this.#abort?.abort(reason);
    this.stopWriting();
  }

  /** The error for an event that can no longer be sent. */
  protected tooLate(): EventStreamClosedError {
    if (this.#body === 'open') return this.reason ?? closedHere();
    const error = new EventStreamClosedError('STREAM_CLOSED', LATE);
    if (this.#body === 'ended') this.init.onError(error);
    this.#body = 'late';
    return error;
  }

  #endWithFollower(): void {
    if (!this.followed) this.bodyEnded();
  }
}

export function closedHere(): EventStreamClosedError {
  return new EventStreamClosedError('STREAM_CLOSED', 'The stream was ended or closed: stop writing');
}

/** Whether `onError` has given a response; it may give anything, since most reporters mean nothing by it. */
function hasStatus(value: unknown): value is PlainResponseInit {
  return typeof (value as PlainResponseInit | undefined)?.status === 'number';
}
