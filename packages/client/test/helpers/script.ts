import type { Clock } from '../../src/index';

/** Time that moves only when told to. */
export class VirtualClock implements Clock {
  time = 1_000_000;
  readonly timers = new Map<number, { due: number; callback: () => void }>();
  #next = 1;

  now() {
    return this.time;
  }

  setTimeout(callback: () => void, ms: number): number {
    if (!(ms >= 0 && ms <= 2 ** 31 - 1)) throw new RangeError(`A timer of ${ms} ms`);
    this.timers.set(this.#next, { due: this.time + ms, callback });
    return this.#next++;
  }

  clearTimeout(handle: unknown): void {
    this.timers.delete(handle as number);
  }

  /** The machine sleeps: the clock goes on, but what is left of the timers stays as it was. */
  sleep(ms: number): void {
    this.time += ms;
    for (const timer of this.timers.values()) timer.due += ms;
  }

  /** Lets everything that is due within `ms` happen, in order. */
  async advance(ms: number, settling = settle): Promise<void> {
    const end = this.time + ms;
    await settling();
    for (;;) {
      const [next] = [...this.timers].sort(([, a], [, b]) => a.due - b.due);
      if (next === undefined || next[1].due > end) break;
      this.timers.delete(next[0]);
      this.time = next[1].due;
      next[1].callback();
      await settling();
    }
    this.time = end;
  }
}

/** Lets every promise that can settle settle. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}

export class Call {
  readonly headers: Headers;
  cancelled = false;
  responded = false;
  /** The response, or the request, came to its end by itself. */
  ended = false;
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(
    readonly url: string,
    readonly init: RequestInit,
    readonly resolve: (response: Response) => void,
    readonly reject: (error: unknown) => void,
  ) {
    this.headers = new Headers(init.headers);
    init.signal?.addEventListener('abort', () => {
      this.cancelled = true;
      reject(init.signal?.reason);
    });
  }

  /** Whether this connection is held open by the client. */
  get live(): boolean {
    return !this.cancelled && !this.ended;
  }

  fail(reason: string): void {
    this.ended = true;
    this.reject(new TypeError(reason));
  }

  refuse(status: number, headers: HeadersInit = {}): void {
    this.ended = true;
    this.resolve(new Response(status === 204 ? null : 'busy', { status, headers }));
  }

  open(init: ResponseInit = {}): this {
    this.responded = true;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => {
        this.cancelled = true;
      },
    });
    const headers = { 'content-type': 'text/event-stream' };
    this.resolve(new Response(body, { headers, ...init }));
    return this;
  }

  send(chunk: string | Uint8Array): this {
    this.#controller?.enqueue(typeof chunk === 'string' ? this.#encoder.encode(chunk) : chunk);
    return this;
  }

  end(): void {
    this.ended = true;
    this.#controller?.close();
  }

  cut(): void {
    this.ended = true;
    this.#controller?.error(new TypeError('terminated'));
  }
}

/** A fetch that answers as the test says. */
export function scriptedFetch() {
  const calls: Call[] = [];
  const fetch = (url: string, init: RequestInit) =>
    new Promise<Response>((resolve, reject) => {
      calls.push(new Call(url, init, resolve, reject));
    });
  const call = (index: number): Call => {
    const found = calls.at(index);
    if (found === undefined) throw new Error(`There is no fetch call ${index}, of ${calls.length}`);
    return found;
  };
  return { fetch, calls, call };
}
