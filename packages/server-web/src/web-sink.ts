import {
  EventStreamClosedError,
  type EventStreamSink,
  type EventStreamSinkListener,
} from '@eventwire/server';

/**
 * The body of a Response. What is pending is what its reader, which is the runtime, has not pulled.
 *
 * The client has left when the body is cancelled or the request's signal is aborted: runtimes do the one, the other, or both.
 */
export class WebSink implements EventStreamSink {
  /** Set by `open`; null where there is nothing to send, or nobody to send it to. */
  body: ReadableStream<Uint8Array> | null = null;
  /** Held whole, since in Node a request that has been collected never aborts its signal. */
  readonly #request: Request;
  readonly #strategy: QueuingStrategy<Uint8Array> & { readonly highWaterMark: number };
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #listener: EventStreamSinkListener | undefined;
  #writing = false;
  #ending = false;

  /** @param highWaterMark bytes below which the reader's pulls are reported */
  constructor(request: Request, highWaterMark: number) {
    this.#request = request;
    // With a mark of 0 pulls would come only once the reader waits for more, but an empty queue is what a writer with 0 waits for.
    this.#strategy = { highWaterMark: Math.max(highWaterMark, 1), size: (chunk) => chunk.byteLength };
  }

  get pending(): number {
    const { highWaterMark } = this.#strategy;
    return this.#controller ? highWaterMark - (this.#controller.desiredSize ?? highWaterMark) : 0;
  }

  open(listener: EventStreamSinkListener, first: Uint8Array): void {
    const { method } = this.#request;
    if (method === 'HEAD' || this.#signal?.aborted) {
      listener.closed();
      return;
    }
    this.#listener = listener;
    this.body = new ReadableStream<Uint8Array>(
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
    if (first.byteLength > 0) this.write(first);
  }

  write(bytes: Uint8Array): void {
    this.#writing = true;
    this.#controller?.enqueue(bytes);
    this.#writing = false;
  }

  end(): void {
    this.#ending = true;
    if (this.pending === 0) this.#finish((controller) => controller.close());
  }

  destroy(): void {
    const broken = new EventStreamClosedError('STREAM_CLOSED', 'The event stream was cut: it is not whole');
    this.#finish((controller) => controller.error(broken));
  }

  /** Not there in every runtime. */
  get #signal(): AbortSignal | undefined {
    return this.#request.signal;
  }

  /** Less is pending than the high-water mark; a write may cause this too. */
  #pulled(): void {
    if (this.#writing) return;
    if (this.#ending) this.end();
    else this.#listener?.drained();
  }

  /** Ends the body from this side: the listener hears of it after the call that does so. */
  #finish(how: (controller: ReadableStreamDefaultController<Uint8Array>) => void): void {
    const controller = this.#controller;
    if (!controller) return;
    this.#controller = undefined;
    how(controller);
    queueMicrotask(() => this.#close());
  }

  /** Nobody may be reading any more; who still does sees the end. */
  readonly #onAbort = (): void => {
    const controller = this.#controller;
    this.#controller = undefined;
    controller?.close();
    this.#close();
  };

  #close(): void {
    this.#controller = undefined;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.closed();
  }
}
