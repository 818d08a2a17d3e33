import type { AsyncServerEventInit, EventInput } from '@eventwire/encoder';
import { headersSent } from '../errors';
import type { PlainResponseInit } from '../http/response';
import { type EventStreamBody, isNothing, isSubscription, sendBody } from './body';
import { type EventStreamInit, resolveEventStreamInit } from './event-stream-init';
import type { EventStreamSink } from './event-stream-sink';
import { type StreamRequest, StreamSubscriber } from './stream-subscriber';
import { SUBSCRIBER, type Subscriber } from './subscriber';

/**
 * One event stream, on whatever runtime, from its first byte to its end: events in order, at the client's
 * pace, with heartbeats between them. An adapter gives it an {@link EventStreamSink}; a handler gets it as
 * its `stream`.
 */
export class EventStreamWriter {
  readonly #stream: StreamSubscriber;

  /** @throws TypeError `INVALID_OPTION` */
  constructor(sink: EventStreamSink, init?: EventStreamInit | undefined, request: StreamRequest = {}) {
    this.#stream = new StreamSubscriber(sink, resolveEventStreamInit(init), request);
  }

  /** The stream as a channel sees it. */
  get [SUBSCRIBER](): Subscriber {
    return this.#stream;
  }

  /** The id that the client sent; empty if it sent none. */
  get lastEventId(): string {
    return this.#stream.lastEventId;
  }

  /** Settles once the response is over, its last bytes included. Never rejects. */
  get closed(): Promise<void> {
    return this.#stream.closed;
  }

  /** Aborted once the stream is over, with an EventStreamClosedError as the reason. */
  get signal(): AbortSignal {
    return this.#stream.signal;
  }

  /** Anything that the application knows of this client: a channel passes it to `filter`. */
  get context(): unknown {
    return this.#stream.context;
  }

  set context(context: unknown) {
    this.#stream.context = context;
  }

  /**
   * Sends one event, at the end of this turn of the event loop, in one write with the others of the turn.
   * Resolves once fewer than `highWaterMark` bytes are under way: awaiting it is backpressure. An event with
   * async data holds the stream until its block is whole. A rejection that nobody handles does not crash the
   * process.
   *
   * Rejects with EventStreamClosedError (`STREAM_CLOSED`, `CLIENT_GONE`), with ServerEventError
   * (`RESERVED_TYPE`, and the encoder's refusals), or with the error that the source of the data threw; if
   * a part of the block was out by then, the connection is cut.
   */
  sendEvent(event: EventInput | AsyncServerEventInit): Promise<void> {
    return this.#stream.sendEvent(event);
  }

  /**
   * Sends the events of a source until it runs out, then does as `onFinish` says. A subscription counts as
   * running out when it closes. If the stream is over first, the source is closed at once. An error of the
   * source or the function goes to `onError`, and the stream is closed, or answered with 500 if nothing has
   * gone out; the promise never rejects.
   *
   * A function may give nothing. If the stream has been subscribed to a channel, that subscription is the
   * source. Otherwise the stream stays open, and it is the caller who ends it; but the end of an async
   * function is the end of the stream.
   *
   * @param source or a function that gives it; the function is not called if the stream is over already
   */
  sendEvents(
    source: EventStreamBody | ((stream: this) => EventStreamBody | Promise<EventStreamBody>),
  ): Promise<void> {
    if (typeof source !== 'function') return this.#sendAll(source);
    if (!this.#stream.isOpen) return Promise.resolve();
    try {
      const body = source(this);
      if (!isNothing(body)) return this.#sendAll(body);
      this.#stream.bodyIsLeftOpen();
      return this.closed;
    } catch (error) {
      this.#stream.bodyFailed(error);
      return Promise.resolve();
    }
  }

  /**
   * Sends `eventwire:end` after everything that was sent before, and closes: the client does not come back.
   *
   * @throws TypeError `INVALID_OPTION` for a reason that JSON cannot write; the stream stays as it was
   */
  end(reason?: string | undefined): void {
    this.#stream.end(reason);
  }

  /** Closes at once; a block in progress stays half, which its reader discards. The client comes back. */
  close(): void {
    this.#stream.close();
  }

  /**
   * Keeps the head of the response back until `open()`, `respond()` or the first event, so that a handler can
   * look something up before it decides on the status. To be called within the call that got this stream.
   *
   * @example
   * eventStreamHandler(async (stream, req) => {
   *   stream.hold();
   *   const job = await jobs.find(req.url);
   *   if (!job) return stream.respond({ status: 404 });
   *   return job.events();
   * });
   *
   * @throws EventStreamUsageError `HEADERS_SENT` if the head has gone out
   */
  hold(): void {
    if (!this.#stream.hold() && this.#stream.isOpen) throw headersSent('hold() has to come before that');
  }

  /** Sends the head that {@link hold} keeps back. Nothing happens if it has gone out. */
  open(): void {
    this.#stream.open();
  }

  /**
   * Responds to the request with this instead of the stream, which is over then. Possible within the call
   * that got this stream, and after {@link hold} until the head goes out.
   *
   * @throws TypeError `INVALID_OPTION`; EventStreamUsageError `HEADERS_SENT` if the head has gone out
   */
  respond(response: PlainResponseInit): void {
    if (!this.#stream.respond(response) && this.#stream.isOpen) {
      throw headersSent('to respond after an await, call hold() first');
    }
  }

  /**
   * Turns the client away: with 503 and `Retry-After` (seconds) if nothing has gone out, as within the call
   * that got this stream or after {@link hold}; later by closing the stream, with that as the client's reconnection time.
   */
  refuse(retryAfter: number): void {
    this.#stream.refuse(retryAfter);
  }

  /**
   * Responds with 204 if nothing has gone out, as within the call that got this stream or after {@link hold};
   * later it is `end()`. For clients that come back after the end: no EventSource comes back after a 204, not even a
   * browser's own.
   */
  noContent(): void {
    this.#stream.noContent();
  }

  #sendAll(body: EventStreamBody | Promise<EventStreamBody>): Promise<void> {
    const stream = this.#stream;
    // Not by the function below: waiting in one takes three times as much memory, and most streams wait here.
    if (isSubscription(body)) {
      return body.closed.then(
        () => stream.bodyEnded(),
        (error: unknown) => stream.bodyFailed(error),
      );
    }
    return sendWhole(body, stream);
  }
}

async function sendWhole(
  body: EventStreamBody | Promise<EventStreamBody>,
  stream: StreamSubscriber,
): Promise<void> {
  try {
    const resolved = await body;
    if (isNothing(resolved) && stream.followed) {
      stream.bodyIsLeftOpen();
      return stream.closed;
    }
    await sendBody(resolved, stream);
    stream.bodyEnded();
  } catch (error) {
    stream.bodyFailed(error);
  }
}
