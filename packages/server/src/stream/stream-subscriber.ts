import { type AsyncServerEventInit, type EventInput, refuseReservedType } from '@eventwire/encoder';
import { EventStreamClosedError } from '../errors';
import { noContent, tooManySubscribers } from '../http/negotiation';
import { ownResponse, type PlainResponseInit } from '../http/response';
import { attempt } from '../user-callbacks';
import { announcement, endFrame, HEARTBEAT } from '../wire/conventions';
import { retryFrame } from '../wire/frames';
import { BlockWriter, type BlockWriterOwner } from './block-writer';
import { saysItIsOver } from './body';
import type { ResolvedEventStreamInit } from './event-stream-init';
import type { EventStreamSink, EventStreamSinkListener } from './event-stream-sink';
import type { Follower, Subscriber } from './subscriber';
import { drainTimeout } from './timers/drain-timeout';
import { Watch, type WatchListener } from './timers/watch';

const NOTHING = new Uint8Array(0);

/** The facts of its request that a stream needs. */
export interface StreamRequest {
  /** The id that the client sent; default: none. */
  readonly lastEventId?: string | undefined;
  /** Default `GET`. */
  readonly method?: string | undefined;
}

/**
 * The inside of an EventStreamWriter: the stream as channels, its sink and its timers see it, from the
 * first byte to the end. One object for all of them, since one for each would be most of what a quiet
 * stream holds.
 */
export class StreamSubscriber
  implements Subscriber, EventStreamSinkListener, WatchListener, BlockWriterOwner
{
  // The fields that each write needs come first, as in BlockWriter.
  /** Ending: `end()` was called, and waits for the block in progress. */
  #state: 'open' | 'ending' | 'over' = 'open';
  readonly #blocks: BlockWriter;
  /** The body has come to its end; and a late event has been told of. */
  #body: 'open' | 'ended' | 'late' = 'open';
  readonly lastEventId: string;
  readonly conventions: boolean;
  readonly closed: Promise<void>;
  context?: unknown;
  readonly #sink: EventStreamSink;
  readonly #init: ResolvedEventStreamInit;
  /** Absent until somebody asks for the signal: it takes as much memory as a quarter of a quiet stream. */
  #abort: AbortController | undefined;
  #reason: EventStreamClosedError | undefined;
  /** Its place in a channel. */
  #follower: Follower | undefined;
  /** The client gets what was written before the connection is cut. */
  #cutsOnceTaken = false;
  /** The body is the subscription of its follower. */
  #endsWithFollower = false;
  #resolveClosed: () => void = () => {};
  /** Absent if the client had left before the stream was open. */
  readonly #watch: Watch | undefined;

  constructor(sink: EventStreamSink, init: ResolvedEventStreamInit, request: StreamRequest) {
    const { lastEventId = '', method = 'GET' } = request;
    this.#init = init;
    this.#sink = sink;
    this.#blocks = new BlockWriter(sink, init, this);
    this.lastEventId = lastEventId;
    this.conventions = init.conventions ?? (method === 'GET' || method === 'HEAD');
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    const { heartbeat } = init;
    sink.open(this, heartbeat === false || !this.conventions ? NOTHING : announcement(heartbeat));
    if (this.#state === 'open') this.#watch = new Watch(sink, init, this);
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get over(): boolean {
    return this.#state === 'over';
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#reason) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  /** As EventStreamWriter says. */
  sendEvent(event: EventInput | AsyncServerEventInit): Promise<void> {
    try {
      this.#check(event);
      if (!this.#blocks.held) {
        const drained = this.#blocks.writeEvent(event);
        return drained === undefined ? DONE : handled(this.#unlessGone(drained));
      }
    } catch (error) {
      return handled(Promise.reject(error));
    }
    const sent = new Promise<void>((resolve, reject) => {
      this.#blocks.take(() => {
        this.#writeEvent(event).then(resolve, reject);
      });
    });
    return handled(sent);
  }

  /**
   * Sends an event of a source that gives one after the other, and stops once the signal is aborted. Gives
   * what settles once the next may follow; nothing where it may at once, since a promise for each event could
   * be measured.
   */
  sendNext(event: EventInput | AsyncServerEventInit): Promise<void> | undefined {
    if (this.#blocks.held) return this.sendEvent(event);
    this.#check(event);
    return this.#blocks.writeEvent(event);
  }

  /** A block in progress is waited for. */
  write(frame: Uint8Array): boolean {
    return this.#state === 'open' && this.#blocks.write(frame);
  }

  drained(): Promise<void> {
    return this.#blocks.idle();
  }

  get followed(): boolean {
    return this.#follower !== undefined;
  }

  follow(follower: Follower): void {
    this.#follower = follower;
  }

  unfollow(follower: Follower): void {
    if (this.#follower !== follower) return;
    this.#follower = undefined;
    // Not at once: a channel that takes the stream out may be about to close it.
    if (this.#endsWithFollower) queueMicrotask(() => this.#endWithFollower());
  }

  hold(): boolean {
    this.#blocks.flush();
    return this.#state === 'open' && this.#sink.hold();
  }

  open(): void {
    if (this.#state === 'open') this.#sink.release();
  }

  /** @throws TypeError `INVALID_OPTION` */
  respond(init: PlainResponseInit): boolean {
    const make = ownResponse(init);
    return this.#respond((request) => make(request, this.#init.crossOrigin));
  }

  refuse(retryAfter: number): void {
    if (this.#respond((request) => tooManySubscribers(retryAfter, request, this.#init))) return;
    this.write(retryFrame(retryAfter * 1000));
    this.#blocks.take(() => this.close());
  }

  noContent(): void {
    if (!this.#respond((request) => noContent(request, this.#init))) this.end();
  }

  end(reason?: string | undefined): void {
    if (this.#state !== 'open') return;
    const frame = endFrame(reason);
    this.#state = 'ending';
    this.#blocks.take(() => {
      if (this.conventions) this.#blocks.put(frame);
      this.close();
    });
  }

  cut(): void {
    // Where no head has gone out, a response says more.
    if (this.#sink.held && this.respond(INTERNAL_ERROR)) return;
    // The client comes back after any end, so that it need not be told this one from another.
    if (this.#init.onFinish === 'close') {
      this.close();
      return;
    }
    this.#finish(closedHere(), () => {
      this.#blocks.flush();
      this.#cutsOnceTaken = true;
      this.closed.then(drainTimeout(this.#sink, this.#init.writeTimeout));
      this.onDrained();
    });
  }

  close(): void {
    if (this.#state === 'over') return;
    this.#finish(closedHere(), () => {
      this.#blocks.flush();
      this.#sink.end();
      this.closed.then(drainTimeout(this.#sink, this.#init.writeTimeout));
    });
  }

  /** A callback has given nothing: the body is that of its subscription, or what the caller goes on to send. */
  bodyIsLeftOpen(): void {
    this.#endsWithFollower = this.followed;
  }

  /** The body has come to its end. */
  bodyEnded(): void {
    if (this.#state !== 'open') return;
    this.#body = 'ended';
    if (this.#init.onFinish === 'end') this.end();
    else this.close();
  }

  bodyFailed(error: unknown): void {
    const instead = this.report(error);
    if (this.#state !== 'open') return;
    const isOwn = hasStatus(instead) && attempt(() => this.respond(instead), this.#init.onError);
    if (!isOwn && !this.respond(INTERNAL_ERROR)) this.#breakOff();
  }

  /** Gives what `onError` gives. */
  report(error: unknown): unknown {
    return this.#state === 'open' || !saysItIsOver(error) ? this.#init.onError(error) : undefined;
  }

  onDrained(): void {
    this.#blocks.drained();
    if (this.#cutsOnceTaken && this.#sink.pending === 0) this.#sink.destroy();
  }

  onClosed(): void {
    this.#finish(new EventStreamClosedError('CLIENT_GONE', 'The client has left: stop writing'));
    this.#resolveClosed();
  }

  onFailed(error: unknown): void {
    this.#init.onError(error);
    this.#finish(closedHere());
    this.#resolveClosed();
  }

  get lastWrite(): number {
    return this.#blocks.lastWrite;
  }

  onIdle(): void {
    if (this.#blocks.full || this.#sink.held) return;
    // A comment line may stand within a block, and nothing else may.
    this.#blocks.put((this.#blocks.held ? undefined : this.#idleFrame()) ?? HEARTBEAT);
  }

  onExpired(): void {
    this.#breakOff();
  }

  onStalled(writeTimeout: number): void {
    const stalled = `The client has taken nothing for ${writeTimeout} ms: stop writing`;
    this.#destroy(new EventStreamClosedError('CLIENT_GONE', stalled));
  }

  onPending(bytes: number): void {
    this.#watch?.onPending(bytes);
  }

  onBrokenBlock(): void {
    this.#destroy(closedHere());
  }

  #check(event: EventInput | AsyncServerEventInit): void {
    refuseReservedType(event);
    if (this.#state !== 'open') throw this.#tooLate();
  }

  async #writeEvent(event: EventInput | AsyncServerEventInit): Promise<void> {
    if (this.#state === 'over') throw this.#reason;
    await this.#unlessGone(this.#blocks.writeEvent(event));
  }

  async #unlessGone(drained: Promise<void> | undefined): Promise<void> {
    await drained;
    // The bytes that were written before the stream was ended on this side still go out.
    if (this.#reason?.code === 'CLIENT_GONE') throw this.#reason;
  }

  #endWithFollower(): void {
    if (!this.followed) this.bodyEnded();
  }

  /** Ends a stream that is not through. By the end of its body alone, no client could tell that. */
  #breakOff(): void {
    if (this.conventions) this.close();
    else this.cut();
  }

  #respond(make: Parameters<EventStreamSink['respond']>[0]): boolean {
    // An event that was sent has begun the stream.
    this.#blocks.flush();
    if (this.#state !== 'open' || !this.#sink.respond(make)) return false;
    this.#finish(closedHere());
    return true;
  }

  #tooLate(): EventStreamClosedError {
    if (this.#body === 'open') return this.#reason ?? closedHere();
    const error = new EventStreamClosedError('STREAM_CLOSED', LATE);
    if (this.#body === 'ended') this.#init.onError(error);
    this.#body = 'late';
    return error;
  }

  #idleFrame(): Uint8Array | undefined {
    const follower = this.#follower;
    return follower && attempt(() => follower.idleFrame(), this.#init.onError);
  }

  #destroy(reason: EventStreamClosedError): void {
    this.#finish(reason, () => this.#sink.destroy());
  }

  /** The one way into the last state. `stop` does what is left to do with the sink. */
  #finish(reason: EventStreamClosedError, stop = () => {}): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#watch?.stop();
    stop();
    this.#reason = reason;
    const follower = this.#follower;
    if (follower) attempt(() => follower.close(), this.#init.onError);
    this.#abort?.abort(reason);
    this.#blocks.finish();
  }
}

const LATE =
  'The event came after the end of the callback, which has ended the stream: to go on sending, ' +
  '`await stream.closed` in the callback';

const DONE = Promise.resolve();

/** A rejection that nobody handles does not crash the process. */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}

const INTERNAL_ERROR = { status: 500, body: 'Internal Server Error\n' };

/** Whether `onError` has given a response; it may give anything, since most reporters mean nothing by it. */
function hasStatus(value: unknown): value is PlainResponseInit {
  return typeof (value as PlainResponseInit | undefined)?.status === 'number';
}

function closedHere(): EventStreamClosedError {
  return new EventStreamClosedError('STREAM_CLOSED', 'The stream was ended or closed: stop writing');
}
