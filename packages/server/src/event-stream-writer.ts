import { type AsyncServerEventInit, type EventInput, encode, encodeAsync } from '@eventwire/encoder';
import { utf8, withRetry } from './block.js';
import { endFrame, HEARTBEAT, preamble, refuseReserved } from './conventions.js';
import { EventStreamClosedError } from './event-stream-closed-error.js';
import {
  type EventStreamInit,
  type ResolvedEventStreamInit,
  resolveEventStreamInit,
} from './event-stream-init.js';
import type { EventStreamSink } from './event-stream-sink.js';
import { forEachUntil } from './for-each-until.js';
import { Heartbeat } from './heartbeat.js';
import { linger } from './linger.js';
import { checkIterable, isSubscription, type Produced } from './produced.js';
import type { Subscriber } from './subscriber.js';

const NOTHING = new Uint8Array(0);

/**
 * One event stream, on whatever runtime: writes whole blocks, in order, at the client's pace, with heartbeats between them.
 * An adapter gives it an {@link EventStreamSink}; applications meet it as `EventStreamResponse`.
 */
export class EventStreamWriter implements Subscriber {
  /** The id that the client sent; empty where it sent none. */
  readonly lastEventId: string;
  /** Settles once the response is over, its last bytes included. Never rejects. */
  readonly closed: Promise<void>;
  /** Whatever the application knows of this client. */
  context?: unknown;
  readonly #sink: EventStreamSink;
  readonly #init: ResolvedEventStreamInit;
  readonly #abort = new AbortController();
  #heartbeat: Heartbeat | undefined;
  /** The default reconnection time until it has been sent. Of this stream, so that nothing leaks into another. */
  #retry: number | undefined;
  #state: 'open' | 'ending' | 'over' = 'open';
  /** Half a block is out, or may be: nothing else may be written until it is whole. */
  #inBlock = false;
  /** What came during a block, in order. Run once it is whole, or the stream is over: each looks at the state itself. */
  #turns: (() => void)[] = [];
  /** Who waits for room. */
  #waiters: (() => void)[] = [];

  constructor(
    sink: EventStreamSink,
    init?: EventStreamInit | undefined,
    request: { lastEventId?: string | undefined } = {},
  ) {
    this.#init = resolveEventStreamInit(init);
    this.#sink = sink;
    this.#retry = this.#init.retry;
    this.lastEventId = request.lastEventId ?? '';
    const { heartbeat } = this.#init;
    let settle = () => {};
    this.closed = new Promise((resolve) => {
      settle = resolve;
    });
    sink.open(
      {
        drained: () => this.#letOn(),
        closed: () => {
          this.#finish(new EventStreamClosedError('PEER_GONE', 'The client has left: stop writing'), 'gone');
          settle();
        },
      },
      heartbeat === false ? NOTHING : preamble(heartbeat),
    );
    if (heartbeat !== false && this.#state === 'open') {
      this.#heartbeat = new Heartbeat(heartbeat, () => this.#beat());
    }
  }

  /** Aborted once the stream is over, with an EventStreamClosedError as the reason. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Sends one event. Resolves once fewer than `highWaterMark` bytes are under way: awaiting it is backpressure. An event with
   * async data holds the stream until its block is whole. Who ignores the promise is not crashed by a rejection.
   *
   * Rejects with EventStreamClosedError (`STREAM_CLOSED`, `PEER_GONE`), with ServerEventError (`RESERVED_TYPE` or what the
   * encoder refuses), or with what the source of the data threw; if a part of the block was out by then, the connection is cut.
   */
  sendEvent(event: EventInput | AsyncServerEventInit): Promise<void> {
    const sent = new Promise<void>((resolve, reject) => {
      refuseReserved(event);
      if (this.#state !== 'open') throw this.#tooLate();
      this.#inTurn(() => {
        try {
          this.#refuseOver();
          if (!isSync(event)) return void this.#writeAsync(event).then(resolve, reject);
          const own = typeof event === 'object' ? event.retry : undefined;
          this.#put(utf8(this.#joinRetry(encode(event), own)));
          if (!this.#full()) resolve();
          else
            this.#room()
              .then(() => this.#refuseGone())
              .then(resolve, reject);
        } catch (error) {
          reject(error);
        }
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
  async sendEvents(source: Produced | ((stream: this) => Produced | Promise<Produced>)): Promise<void> {
    try {
      if (typeof source === 'function' && this.#state === 'over') return;
      await this.#follow(typeof source === 'function' ? await source(this) : source);
      if (this.#init.onFinish === 'end') this.end();
      else this.close();
    } catch (error) {
      this.#report(error);
      this.close();
    }
  }

  /** Takes whole blocks, as {@link Subscriber} says. A block in progress is waited for. */
  write(frame: Uint8Array): boolean {
    if (this.#state !== 'open') return false;
    this.#inTurn(() => {
      if (this.#state === 'over') return;
      if (this.#retry !== undefined) this.#put(utf8(this.#joinRetry('\n', undefined)));
      this.#put(frame);
    });
    return !this.#inBlock && !this.#full();
  }

  async drained(): Promise<void> {
    while (this.#state !== 'over' && (this.#inBlock || this.#full())) {
      await (this.#inBlock ? new Promise<void>((resolve) => this.#turns.push(resolve)) : this.#room());
    }
  }

  /** Says `eventwire:end` after what was sent before, and closes: the client does not come back. */
  end(reason?: string | undefined): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#inTurn(() => {
      if (this.#state === 'over') return;
      this.#put(endFrame(reason));
      this.#finish(closedHere(), 'end');
    });
  }

  /** Closes at once, a block in progress included, which its reader then discards: the client comes back. */
  close(): void {
    this.#finish(closedHere(), 'end');
  }

  async #follow(produced: Produced): Promise<void> {
    if (produced === undefined || produced === null) return;
    if (isSubscription(produced)) return produced.closed;
    checkIterable(produced, 'A source of events');
    await forEachUntil(
      produced,
      this.signal,
      (error) => this.#report(error),
      (event) => this.sendEvent(event),
    );
  }

  /** A producer that hears from sendEvent or `signal` that the stream is over has done nothing wrong. */
  #report(error: unknown): void {
    if (this.#state === 'over') {
      if (error === this.signal.reason || error instanceof EventStreamClosedError) return;
      if (error instanceof Error && error.name === 'AbortError') return;
    }
    try {
      this.#init.onError(error);
    } catch (failure) {
      console.error(failure);
    }
  }

  async #writeAsync(event: EventInput | AsyncServerEventInit): Promise<void> {
    const pieces = encodeAsync(event);
    const own = typeof event === 'object' ? event.retry : undefined;
    let started = false;
    let held = '';
    this.#inBlock = true;
    try {
      await forEachUntil(
        pieces,
        this.signal,
        () => {},
        async (piece) => {
          // The lines before the data wait for it: they say nothing alone, and a source may fail at its first piece.
          if (!started && isHead(piece)) {
            held = piece;
            return;
          }
          this.#put(utf8(started ? piece : this.#joinRetry(held + piece, own)));
          started = true;
          await this.#room();
        },
      );
      this.#refuseOver();
    } catch (error) {
      if (started) this.#finish(closedHere(), 'destroy');
      throw error;
    } finally {
      this.#inBlock = false;
      this.#runTurns();
    }
    await this.#room();
    this.#refuseGone();
  }

  #joinRetry(block: string, own: number | undefined): string {
    const retry = this.#retry;
    this.#retry = undefined;
    return retry === undefined || own !== undefined ? block : withRetry(block, retry);
  }

  #put(bytes: Uint8Array): void {
    this.#heartbeat?.touch();
    this.#sink.write(bytes);
  }

  #beat(): void {
    if (!this.#inBlock && !this.#full()) this.#put(HEARTBEAT);
  }

  /** With a mark of 0 it is full until everything has gone. */
  #full(): boolean {
    const { pending } = this.#sink;
    return pending > 0 && pending >= this.#init.highWaterMark;
  }

  async #room(): Promise<void> {
    while (this.#state !== 'over' && this.#full()) {
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  #letOn(): void {
    if (this.#waiters.length === 0 || (this.#state !== 'over' && this.#full())) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }

  #inTurn(turn: () => void): void {
    if (this.#inBlock) this.#turns.push(turn);
    else turn();
  }

  #runTurns(): void {
    while (!this.#inBlock || this.#state === 'over') {
      const turn = this.#turns.shift();
      if (!turn) return;
      turn();
    }
  }

  #finish(reason: EventStreamClosedError, how: 'end' | 'destroy' | 'gone'): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#heartbeat?.stop();
    if (how === 'end') {
      this.#sink.end();
      this.closed.then(linger(this.#sink));
    }
    if (how === 'destroy') this.#sink.destroy();
    this.#abort.abort(reason);
    this.#runTurns();
    this.#letOn();
  }

  #tooLate(): unknown {
    return this.#state === 'over' ? this.signal.reason : closedHere();
  }

  #refuseOver(): void {
    if (this.#state === 'over') throw this.signal.reason;
  }

  /** What was written before the stream was ended on this side still goes out. */
  #refuseGone(): void {
    const { reason } = this.signal;
    if (reason instanceof EventStreamClosedError && reason.code === 'PEER_GONE') throw reason;
  }
}

function closedHere(): EventStreamClosedError {
  return new EventStreamClosedError('STREAM_CLOSED', 'The stream was ended or closed: stop writing');
}

/** What is no event at all counts as sync: encode() refuses it. */
function isSync(event: EventInput | AsyncServerEventInit): event is EventInput {
  const data: unknown = typeof event === 'object' && event !== null ? event.data : undefined;
  return typeof data !== 'object' || data === null || !(Symbol.asyncIterator in data);
}

function isHead(piece: string): boolean {
  return piece !== '\n' && !piece.startsWith('data: ');
}
