import { afterThisTurn } from '@eventwire/options';
import {
  EventStreamClosedError,
  type EventStreamSink,
  type EventStreamSinkListener,
  type PlainResponse,
  type RequestFacts,
  type ResolvedEventStreamInit,
} from '@eventwire/server';
import { plainResponse, requestFacts, streamResponse } from './responses';

/** The largest piece that a reader gets at once. */
const SLICE_BYTES = 65_536;

/**
 * A Response and its body. Bytes are pending until the body's reader, which is the runtime, has pulled them.
 *
 * The client has left when the body is cancelled or the request's signal is aborted: runtimes do the one,
 * the other, or both.
 */
export class WebSink implements EventStreamSink {
  /** Settles once the head goes out. Never rejects. */
  readonly response: Promise<Response>;
  held = false;
  /** Until the head has gone out. */
  #sendResponse: ((response: Response) => void) | undefined;
  /** Set by `open`; null where there is nothing to send, or nobody to send it to. */
  #body: ReadableStream<Uint8Array> | null = null;
  readonly #init: ResolvedEventStreamInit;
  /** Held whole, since in Node a request that has been collected never aborts its signal. */
  readonly #request: Request;
  readonly #strategy: QueuingStrategy<Uint8Array> & { readonly highWaterMark: number };
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #listener: EventStreamSinkListener | undefined;
  #writing = false;
  #ending = false;

  constructor(request: Request, init: ResolvedEventStreamInit) {
    const { highWaterMark } = init;
    this.#request = request;
    this.#init = init;
    this.response = new Promise((resolve) => {
      this.#sendResponse = resolve;
    });
    // With a mark of 0 pulls would come only once the reader waits for more, but an empty queue is what a
    // writer with 0 waits for.
    this.#strategy = { highWaterMark: Math.max(highWaterMark, 1), size: (chunk) => chunk.byteLength };
  }

  get pending(): number {
    const { highWaterMark } = this.#strategy;
    return this.#controller ? highWaterMark - (this.#controller.desiredSize ?? highWaterMark) : 0;
  }

  open(listener: EventStreamSinkListener, first: Uint8Array): void {
    const { method } = this.#request;
    if (method === 'HEAD' || this.#signal?.aborted) {
      this.#sendHead();
      listener.onClosed();
      return;
    }
    this.#listener = listener;
    this.#body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#pulled(),
        cancel: () => this.#close(),
      },
      this.#strategy,
    );
    this.#signal?.addEventListener('abort', this.#onAbort);
    if (first.byteLength > 0) this.#enqueue(first);
    // A callback that throws before it waits for anything is answered with 500.
    afterThisTurn(() => {
      if (!this.held) this.#sendHead();
    });
  }

  hold(): boolean {
    this.held = this.#sendResponse !== undefined;
    return this.held;
  }

  release(): void {
    this.held = false;
    this.#sendHead();
  }

  respond(make: (request: RequestFacts) => PlainResponse): boolean {
    if (this.#sendResponse === undefined) return false;
    this.#sendHead(plainResponse(make(requestFacts(this.#request))));
    this.#finish((controller) => controller.close());
    return true;
  }

  write(bytes: Uint8Array): void {
    this.release();
    this.#enqueue(bytes);
  }

  end(): void {
    this.release();
    this.#ending = true;
    if (this.pending === 0) this.#finish((controller) => controller.close());
  }

  destroy(): void {
    this.release();
    const broken = new EventStreamClosedError('STREAM_CLOSED', 'The event stream was cut: it is not whole');
    this.#finish((controller) => controller.error(broken));
  }

  /** Not there in every runtime. */
  get #signal(): AbortSignal | undefined {
    return this.#request.signal;
  }

  #sendHead(instead?: Response): void {
    const send = this.#sendResponse;
    if (send === undefined) return;
    this.#sendResponse = undefined;
    this.held = false;
    send(instead ?? streamResponse(this.#body, this.#request, this.#init));
  }

  #enqueue(bytes: Uint8Array): void {
    this.#writing = true;
    try {
      // Each slice is pulled by itself, so that `pending` tells whether the reader goes on.
      for (let at = 0; at < bytes.byteLength; at += SLICE_BYTES) {
        this.#controller?.enqueue(
          bytes.byteLength <= SLICE_BYTES ? bytes : bytes.subarray(at, at + SLICE_BYTES),
        );
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#writing = false;
  }

  /** Less is pending than the high-water mark; a write may cause this too. */
  #pulled(): void {
    if (this.#writing) return;
    if (this.#ending) this.end();
    else this.#listener?.onDrained();
  }

  /** Ends the body from this side: the listener hears of it after the call that does so. */
  #finish(how: (controller: ReadableStreamDefaultController<Uint8Array>) => void): void {
    const controller = this.#controller;
    if (!controller) return;
    this.#controller = undefined;
    attempt(() => how(controller));
    queueMicrotask(() => this.#close());
  }

  /** The runtime has ended the body without a word. */
  #fail(error: unknown): void {
    const listener = this.#release();
    queueMicrotask(() => listener?.onFailed(error));
  }

  /** Nobody may be reading any more; who still does sees the end. */
  readonly #onAbort = (): void => {
    const controller = this.#controller;
    this.#controller = undefined;
    attempt(() => controller?.close());
    this.release();
    this.#close();
  };

  #close(): void {
    this.#release()?.onClosed();
  }

  #release(): EventStreamSinkListener | undefined {
    this.#controller = undefined;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    const listener = this.#listener;
    this.#listener = undefined;
    return listener;
  }
}

/** A body that its runtime has closed or failed already can be neither closed nor failed. */
function attempt(call: () => void): void {
  try {
    call();
  } catch {
    // It is over, which is all that was wanted.
  }
}
