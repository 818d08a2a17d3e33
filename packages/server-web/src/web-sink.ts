import {
  EventStreamClosedError,
  type EventStreamSink,
  type EventStreamSinkListener,
  type PlainResponse,
  type RequestFacts,
  type ResolvedEventStreamInit,
} from '@eventwire/server';

/** The largest piece that a reader gets at once. */
const SLICE_BYTES = 65_536;

/**
 * The body of a Response. Bytes are pending until its reader, which is the runtime, has pulled them.
 *
 * The client has left when the body is cancelled or the request's signal is aborted: runtimes do the one,
 * the other, or both.
 */
export class WebSink implements EventStreamSink {
  /** Set by `open`; null where there is nothing to send, or nobody to send it to. */
  #body: ReadableStream<Uint8Array> | null = null;
  #answer: PlainResponse | undefined;
  #responded = false;
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
    if (first.byteLength > 0) this.write(first);
  }

  respond(make: (request: RequestFacts) => PlainResponse): boolean {
    if (this.#responded) return false;
    this.#answer = make(requestFacts(this.#request));
    this.#finish((controller) => controller.close());
    return true;
  }

  /** The response, of what the stream is by now. */
  toResponse(): Response {
    this.#responded = true;
    if (this.#answer) return plainResponse(this.#answer);
    const { status, crossOrigin } = this.#init;
    const headers = new Headers(this.#init.headers);
    const origin = this.#request.headers.get('origin') ?? undefined;
    for (const [name, value] of crossOrigin?.headers(origin) ?? []) {
      if (name === 'vary') headers.append(name, value);
      else headers.set(name, value);
    }
    return new Response(this.#body, { status, headers });
  }

  write(bytes: Uint8Array): void {
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

/** A request as the neutral half sees it. */
export function requestFacts(request: Request): RequestFacts {
  return { method: request.method, header: (name) => request.headers.get(name) ?? undefined };
}

export function plainResponse({ status, headers, body }: PlainResponse): Response {
  return new Response(body === '' ? null : body, { status, headers: headers.map(([...pair]) => pair) });
}
