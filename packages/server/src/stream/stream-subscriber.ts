import { type AsyncServerEventInit, type EventInput, refuseReservedType } from '@eventwire/encoder';
import { EventStreamClosedError } from '../errors';
import { noContent, tooManySubscribers } from '../http/negotiation';
import { attempt } from '../user-callbacks';
import { COMMENT_LINE, endFrame, HEARTBEAT, preamble } from '../wire/conventions';
import { retryFrame } from '../wire/frames';
import { BlockWriter, type BlockWriterOwner } from './block-writer';
import { saysItIsOver } from './body';
import type { ResolvedEventStreamInit } from './event-stream-init';
import type { EventStreamSink, EventStreamSinkListener } from './event-stream-sink';
import type { Follower, Subscriber } from './subscriber';
import { drainTimeout } from './timers/drain-timeout';
import { Watch, type WatchListener } from './timers/watch';

const NOTHING = new Uint8Array(0);
const NOBODY: readonly Follower[] = [];

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
  readonly lastEventId: string;
  readonly closed: Promise<void>;
  context?: unknown;
  readonly #sink: EventStreamSink;
  readonly #init: ResolvedEventStreamInit;
  /** Absent until somebody asks for the signal: it takes as much memory as a quarter of a quiet stream. */
  #abort: AbortController | undefined;
  #reason: EventStreamClosedError | undefined;
  /** Its places in channels. */
  #followers: readonly Follower[] = NOBODY;
  #resolveClosed: () => void = () => {};
  /** Absent if the client had left before the stream was open. */
  readonly #watch: Watch | undefined;

  constructor(sink: EventStreamSink, init: ResolvedEventStreamInit, lastEventId: string) {
    this.#init = init;
    this.#sink = sink;
    this.#blocks = new BlockWriter(sink, init, this);
    this.lastEventId = lastEventId;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    sink.open(this, init.heartbeat === false ? NOTHING : preamble(init.heartbeat));
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
    const sent = new Promise<void>((resolve, reject) => {
      refuseReservedType(event);
      if (this.#state !== 'open') throw this.#reason ?? closedHere();
      this.#blocks.take(() => {
        this.#writeEvent(event).then(resolve, reject);
      });
    });
    sent.catch(() => {});
    return sent;
  }

  /** A block in progress is waited for. */
  write(frame: Uint8Array): boolean {
    return this.#state === 'open' && this.#blocks.write(frame);
  }

  drained(): Promise<void> {
    return this.#blocks.idle();
  }

  follow(follower: Follower): void {
    // An array made by a spread has spare capacity, which almost no stream needs.
    this.#followers = this.#followers === NOBODY ? [follower] : [...this.#followers, follower];
  }

  unfollow(follower: Follower): void {
    const others = this.#followers.filter((one) => one !== follower);
    this.#followers = others.length === 0 ? NOBODY : others;
  }

  refuse(retryAfter: number): void {
    if (this.#state !== 'open') return;
    if (this.#sink.respond((request) => tooManySubscribers(retryAfter, request, this.#init))) {
      this.#finish(closedHere());
      return;
    }
    this.write(retryFrame(retryAfter * 1000));
    this.#blocks.take(() => this.close());
  }

  noContent(): void {
    if (this.#state !== 'open') return;
    if (this.#sink.respond((request) => noContent(request, this.#init))) this.#finish(closedHere());
    else this.end();
  }

  end(reason?: string | undefined): void {
    if (this.#state !== 'open') return;
    const frame = endFrame(reason);
    this.#state = 'ending';
    this.#blocks.take(() => {
      this.#blocks.put(frame);
      this.close();
    });
  }

  close(): void {
    if (this.#state === 'over') return;
    this.#finish(closedHere(), () => {
      this.#sink.end();
      this.closed.then(drainTimeout(this.#sink, this.#init.writeTimeout));
    });
  }

  /** The body has come to its end. */
  bodyEnded(): void {
    if (this.#init.onFinish === 'end') this.end();
    else if (this.#state === 'open') this.close();
  }

  bodyFailed(error: unknown): void {
    this.report(error);
    if (this.#state === 'open') this.close();
  }

  report(error: unknown): void {
    if (this.#state === 'open' || !saysItIsOver(error)) this.#init.onError(error);
  }

  onDrained(): void {
    this.#blocks.drained();
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
    if (this.#blocks.full) return;
    // A comment line may stand within a block, and nothing else may.
    this.#blocks.put(this.#blocks.held ? COMMENT_LINE : (this.#idleFrame() ?? HEARTBEAT));
  }

  onExpired(): void {
    this.close();
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

  async #writeEvent(event: EventInput | AsyncServerEventInit): Promise<void> {
    if (this.#state === 'over') throw this.#reason;
    const drained = this.#blocks.writeEvent(event);
    if (drained) await drained;
    // The bytes that were written before the stream was ended on this side still go out.
    if (this.#reason?.code === 'CLIENT_GONE') throw this.#reason;
  }

  #idleFrame(): Uint8Array | undefined {
    let frame: Uint8Array | undefined;
    for (const follower of this.#followers)
      attempt(() => (frame ??= follower.idleFrame()), this.#init.onError);
    return frame;
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
    for (const follower of this.#followers) attempt(() => follower.close(), this.#init.onError);
    this.#abort?.abort(reason);
    this.#blocks.finish();
  }
}

function closedHere(): EventStreamClosedError {
  return new EventStreamClosedError('STREAM_CLOSED', 'The stream was ended or closed: stop writing');
}
