import { type AsyncServerEventInit, type EventInput, refuseReservedType } from '@eventwire/encoder';
import { EventStreamClosedError } from '../event-stream-closed-error';
import { noContent, noRoom } from '../http/negotiation';
import { COMMENT_LINE, endFrame, HEARTBEAT, preamble } from '../wire/conventions';
import { retryFrame } from '../wire/frames';
import { BlockWriter, type BlockWriterOwner } from './block-writer';
import { type EventStreamBody, isSubscription } from './body';
import {
  type EventStreamInit,
  type ResolvedEventStreamInit,
  resolveEventStreamInit,
} from './event-stream-init';
import type { EventStreamSink, EventStreamSinkListener } from './event-stream-sink';
import { produce, saysItIsOver } from './send-body';
import type { Follower, Subscriber } from './subscriber';
import { drainTimeout } from './timers/drain-timeout';
import { Watch, type WatchListener } from './timers/watch';

const NOTHING = new Uint8Array(0);
const NOBODY: readonly Follower[] = [];

/**
 * One event stream, on whatever runtime, from its first byte to its end: events in order, at the client's pace, with heartbeats between them.
 * An adapter gives it an {@link EventStreamSink}; applications meet it as `EventStreamResponse`.
 */
export class EventStreamWriter implements Subscriber {
  // What each write needs comes first, as in BlockWriter.
  /** Ending: `end()` was called, and waits for the block in progress. */
  #state: 'open' | 'ending' | 'over' = 'open';
  readonly #blocks: BlockWriter;
  /** The id that the client sent; empty where it sent none. */
  readonly lastEventId: string;
  /** Settles once the response is over, its last bytes included. Never rejects. */
  readonly closed: Promise<void>;
  /** Whatever the application knows of this client. */
  context?: unknown;
  readonly #sink: EventStreamSink;
  readonly #init: ResolvedEventStreamInit;
  /** None until somebody asks for the signal: it takes as much memory as a quarter of a quiet stream. */
  #abort: AbortController | undefined;
  #reason: EventStreamClosedError | undefined;
  /** Its places in channels. */
  #followers: readonly Follower[] = NOBODY;
  #settle: () => void = () => {};
  /** None where the client had left before the stream was open. */
  readonly #watch: Watch | undefined;

  /** @throws EventStreamUsageError `INVALID_OPTION` */
  constructor(
    sink: EventStreamSink,
    init?: EventStreamInit | undefined,
    request: { lastEventId?: string | undefined } = {},
  ) {
    this.#init = resolveEventStreamInit(init);
    const ear = new EventStreamWriter.#Ear(this);
    this.#sink = sink;
    this.#blocks = new BlockWriter(sink, this.#init, ear);
    this.lastEventId = request.lastEventId ?? '';
    this.closed = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const { heartbeat } = this.#init;
    const first = heartbeat === false ? NOTHING : preamble(heartbeat);
    sink.open(ear, first);
    if (this.#state === 'open') this.#watch = new Watch(sink, this.#init, ear);
  }

  /** What this stream is told by its parts. A class, since closures for each would be most of what a quiet stream holds. */
  static readonly #Ear = class implements EventStreamSinkListener, WatchListener, BlockWriterOwner {
    readonly #stream: EventStreamWriter;

    constructor(stream: EventStreamWriter) {
      this.#stream = stream;
    }

    drained(): void {
      this.#stream.#blocks.drained();
    }

    closed(): void {
      this.#stream.#finish(new EventStreamClosedError('CLIENT_GONE', 'The client has left: stop writing'));
      this.#stream.#settle();
    }

    failed(error: unknown): void {
      this.#stream.#init.onError(error);
      this.#stream.#finish(closedHere());
      this.#stream.#settle();
    }

    get lastWrite(): number {
      return this.#stream.#blocks.lastWrite;
    }

    idle(): void {
      this.#stream.#beat();
    }

    expired(): void {
      this.#stream.close();
    }

    stalled(patience: number): void {
      const stalled = `The client has taken nothing for ${patience} ms: stop writing`;
      this.#stream.#destroy(new EventStreamClosedError('CLIENT_GONE', stalled));
    }

    get signal(): AbortSignal {
      return this.#stream.signal;
    }

    report(error: unknown): void {
      this.#stream.#report(error);
    }

    late(bytes: number): void {
      this.#stream.#watch?.late(bytes);
    }

    brokeOff(): void {
      this.#stream.#destroy(closedHere());
    }
  };

  /**
   * Turns the client away: with 503 and `Retry-After` (seconds) where nothing has gone out, as within the call that got this stream;
   * later by closing it, with that as its reconnection time.
   */
  refuse(retryAfter: number): void {
    if (this.#state !== 'open') return;
    if (this.#sink.respond((request) => noRoom(retryAfter, request, this.#init))) {
      this.#finish(closedHere());
      return;
    }
    this.write(retryFrame(retryAfter * 1000));
    this.#blocks.take(() => this.close());
  }

  /**
   * Answers 204 where nothing has gone out, as within the call that got this stream; later it is `end()`. For clients that come back after
   * the end: no EventSource comes back after a 204, a browser's own neither.
   */
  noContent(): void {
    if (this.#state !== 'open') return;
    if (this.#sink.respond((request) => noContent(request, this.#init))) this.#finish(closedHere());
    else this.end();
  }

  /** Aborted once the stream is over, with an EventStreamClosedError as the reason. */
  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#reason) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  /** Whether the stream is over: `signal.aborted`, for less. */
  get over(): boolean {
    return this.#state === 'over';
  }

  /** For channels, as {@link Subscriber} says. */
  follow(follower: Follower): void {
    // A spread has room for more, which almost nobody needs.
    this.#followers = this.#followers === NOBODY ? [follower] : [...this.#followers, follower];
  }

  unfollow(follower: Follower): void {
    const others = this.#followers.filter((one) => one !== follower);
    this.#followers = others.length === 0 ? NOBODY : others;
  }

  /**
   * Sends one event. Resolves once fewer than `highWaterMark` bytes are under way: awaiting it is backpressure. An event with
   * async data holds the stream until its block is whole. Who ignores the promise is not crashed by a rejection.
   *
   * Rejects with EventStreamClosedError (`STREAM_CLOSED`, `CLIENT_GONE`), with ServerEventError (`RESERVED_TYPE` or what the
   * encoder refuses), or with what the source of the data threw; if a part of the block was out by then, the connection is cut.
   */
  sendEvent(event: EventInput | AsyncServerEventInit): Promise<void> {
    const sent = new Promise<void>((resolve, reject) => {
      refuseReservedType(event);
      if (this.#state !== 'open') throw this.#reason ?? closedHere();
      this.#blocks.take(() => {
        this.#write(event).then(resolve, reject);
      });
    });
    sent.catch(() => {});
    return sent;
  }

  /**
   * Sends what a source gives until it runs out, then does what `onFinish` says; a subscription counts as running out when it
   * closes, nothing at all as having run out. When the stream is over first, the source is closed at once. What a source or a
   * function throws goes to `onError`, and the stream is closed; the promise never rejects.
   *
   * @param source or a function that gives it; not called if the stream is over already
   */
  sendEvents(
    source: EventStreamBody | ((stream: this) => EventStreamBody | Promise<EventStreamBody>),
  ): Promise<void> {
    if (typeof source !== 'function') return this.#sendAll(source);
    if (this.#state !== 'open') return Promise.resolve();
    try {
      return this.#sendAll(source(this));
    } catch (error) {
      this.#fail(error);
      return Promise.resolve();
    }
  }

  /** Takes whole blocks, as {@link Subscriber} says. A block in progress is waited for. */
  write(frame: Uint8Array): boolean {
    return this.#state === 'open' && this.#blocks.write(frame);
  }

  /** For channels, as {@link Subscriber} says. */
  readAhead(): number {
    return this.#state === 'open' ? this.#blocks.readAhead() : 0;
  }

  drained(): Promise<void> {
    return this.#blocks.idle();
  }

  /**
   * Says `eventwire:end` after what was sent before, and closes: the client does not come back.
   *
   * @throws EventStreamUsageError `INVALID_OPTION` for a reason that JSON cannot write; the stream stays as
   *   it was
   */
  end(reason?: string | undefined): void {
    if (this.#state !== 'open') return;
    const frame = endFrame(reason);
    this.#state = 'ending';
    this.#blocks.take(() => {
      this.#blocks.put(frame);
      this.close();
    });
  }

  /** Closes at once; a block in progress stays half, which its reader discards. The client comes back. */
  close(): void {
    if (this.#state === 'over') return;
    this.#finish(closedHere(), () => {
      this.#sink.end();
      this.closed.then(drainTimeout(this.#sink, this.#init.writeTimeout));
    });
  }

  #sendAll(produced: EventStreamBody | Promise<EventStreamBody>): Promise<void> {
    // Not by the function below: what waits in one takes three times as much memory, and most streams wait here.
    if (isSubscription(produced)) {
      return produced.closed.then(
        () => this.#ranOut(),
        (error: unknown) => this.#fail(error),
      );
    }
    return this.#produce(produced);
  }

  async #produce(produced: EventStreamBody | Promise<EventStreamBody>): Promise<void> {
    try {
      await produce(await produced, this, (error) => this.#report(error));
      this.#ranOut();
    } catch (error) {
      this.#fail(error);
    }
  }

  #ranOut(): void {
    if (this.#init.onFinish === 'end') this.end();
    else this.#closeUnlessEnding();
  }

  #fail(error: unknown): void {
    this.#report(error);
    this.#closeUnlessEnding();
  }

  #closeUnlessEnding(): void {
    if (this.#state === 'open') this.close();
  }

  #report(error: unknown): void {
    if (this.#state === 'open' || !saysItIsOver(error)) this.#init.onError(error);
  }

  async #write(event: EventInput | AsyncServerEventInit): Promise<void> {
    if (this.#state === 'over') throw this.#reason;
    const room = this.#blocks.writeEvent(event);
    if (room) await room;
    // What was written before the stream was ended on this side still goes out.
    if (this.#reason?.code === 'CLIENT_GONE') throw this.#reason;
  }

  #beat(): void {
    if (this.#blocks.full) return;
    // A comment line may stand within a block, and nothing else may.
    this.#blocks.put(this.#blocks.held ? COMMENT_LINE : (this.#idleFrame() ?? HEARTBEAT));
  }

  #idleFrame(): Uint8Array | undefined {
    let frame: Uint8Array | undefined;
    for (const follower of this.#followers) this.#attempt(() => (frame ??= follower.idleFrame()));
    return frame;
  }

  /** Calls code that is not the stream's own, from a timer or an event. */
  #attempt(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#init.onError(error);
    }
  }

  #destroy(reason: EventStreamClosedError): void {
    this.#finish(reason, () => this.#sink.destroy());
  }

  /** The one way into the last state. `stop` is what is left to do with the sink. */
  #finish(reason: EventStreamClosedError, stop = () => {}): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#watch?.stop();
    stop();
    this.#reason = reason;
    for (const follower of this.#followers) this.#attempt(() => follower.close());
    this.#abort?.abort(reason);
    this.#blocks.finish();
  }
}

function closedHere(): EventStreamClosedError {
  return new EventStreamClosedError('STREAM_CLOSED', 'The stream was ended or closed: stop writing');
}
