import { type AsyncServerEventInit, type EventInput, refuseReservedType } from '@eventwire/encoder';
import { EventStreamClosedError } from '../errors';
import { noContent, tooManySubscribers } from '../http/negotiation';
import { ownResponse, type PlainResponseInit } from '../http/response';
import { attempt } from '../user-callbacks';
import { announcement, endFrame, HEARTBEAT } from '../wire/conventions';
import { retryFrame } from '../wire/frames';
import { BlockWriter, type BlockWriterOwner } from './block-writer';
import type { ResolvedEventStreamInit } from './event-stream-init';
import type { EventStreamSink, EventStreamSinkListener } from './event-stream-sink';
import { closedHere, INTERNAL_ERROR, StreamLife } from './stream-life';
import { breakOff, type Subscriber } from './subscriber';
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
  extends StreamLife
  implements Subscriber, EventStreamSinkListener, WatchListener, BlockWriterOwner
{
  readonly #blocks: BlockWriter;
  readonly lastEventId: string;
  readonly conventions: boolean;
  context?: unknown;
  readonly #sink: EventStreamSink;
  /** The client gets what was written before the connection is cut. */
  #cutsOnceTaken = false;
  /** Absent if the client had left before the stream was open. */
  readonly #watch: Watch | undefined;

  constructor(sink: EventStreamSink, init: ResolvedEventStreamInit, request: StreamRequest) {
    const { lastEventId = '', method = 'GET' } = request;
    super(init);
    this.#sink = sink;
    this.#blocks = new BlockWriter(sink, init, this);
    this.lastEventId = lastEventId;
    this.conventions = init.conventions ?? (method === 'GET' || method === 'HEAD');
    const { heartbeat } = init;
    sink.open(this, heartbeat === false || !this.conventions ? NOTHING : announcement(heartbeat));
    if (this.state === 'open') this.#watch = new Watch(sink, init, this);
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
    return this.state === 'open' && this.#blocks.write(frame);
  }

  drained(): Promise<void> {
    return this.#blocks.idle();
  }

  hold(): boolean {
    this.#blocks.flush();
    return this.state === 'open' && this.#sink.hold();
  }

  open(): void {
    if (this.state === 'open') this.#sink.release();
  }

  /** @throws TypeError `INVALID_OPTION` */
  respond(init: PlainResponseInit): boolean {
    const make = ownResponse(init);
    return this.#respond((request) => make(request, this.init.crossOrigin));
  }

  refuse(retryAfter: number): void {
    if (this.#respond((request) => tooManySubscribers(retryAfter, request, this.init))) return;
    this.write(retryFrame(retryAfter * 1000));
    this.#blocks.take(() => this.close());
  }

  noContent(): void {
    if (!this.#respond((request) => noContent(request, this.init))) this.end();
  }

  end(reason?: string | undefined): void {
    if (this.state !== 'open') return;
    const frame = endFrame(reason);
    this.state = 'ending';
    this.#blocks.take(() => {
      if (this.conventions) this.#blocks.put(frame);
      this.close();
    });
  }

  cut(): void {
    // Where no head has gone out, a response says more.
    if (this.#sink.held && this.respond(INTERNAL_ERROR)) return;
    // The client comes back after any end, so that it need not be told this one from another.
    if (this.init.onFinish === 'close') {
      this.close();
      return;
    }
    this.finish(closedHere(), () => {
      this.#blocks.flush();
      this.#cutsOnceTaken = true;
      this.closed.then(drainTimeout(this.#sink, this.init.writeTimeout));
      this.onDrained();
    });
  }

  close(): void {
    if (this.state === 'over') return;
    this.finish(closedHere(), () => {
      this.#blocks.flush();
      this.#sink.end();
      this.closed.then(drainTimeout(this.#sink, this.init.writeTimeout));
    });
  }

  onDrained(): void {
    this.#blocks.drained();
    if (this.#cutsOnceTaken && this.#sink.pending === 0) this.#sink.destroy();
  }

  onClosed(): void {
    this.finish(new EventStreamClosedError('CLIENT_GONE', 'The client has left: stop writing'));
    this.resolveClosed();
  }

  onFailed(error: unknown): void {
    this.init.onError(error);
    this.finish(closedHere());
    this.resolveClosed();
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
    this.breakOff();
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
    if (this.state !== 'open') throw this.tooLate();
  }

  async #writeEvent(event: EventInput | AsyncServerEventInit): Promise<void> {
    if (this.state === 'over') throw this.reason;
    await this.#unlessGone(this.#blocks.writeEvent(event));
  }

  async #unlessGone(drained: Promise<void> | undefined): Promise<void> {
    await drained;
    // The bytes that were written before the stream was ended on this side still go out.
    if (this.reason?.code === 'CLIENT_GONE') throw this.reason;
  }

  protected breakOff(): void {
    breakOff(this);
  }

  #respond(make: Parameters<EventStreamSink['respond']>[0]): boolean {
    // An event that was sent has begun the stream.
    this.#blocks.flush();
    if (this.state !== 'open' || !this.#sink.respond(make)) return false;
    this.finish(closedHere());
    return true;
  }

  #idleFrame(): Uint8Array | undefined {
    const follower = this.follower;
    return follower && attempt(() => follower.idleFrame(), this.init.onError);
  }

  protected stopWriting(): void {
    this.#watch?.stop();
    this.#blocks.finish();
  }

  #destroy(reason: EventStreamClosedError): void {
    this.finish(reason, () => this.#sink.destroy());
  }
}

const DONE = Promise.resolve();

/** A rejection that nobody handles does not crash the process. */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}
