import { MAX_TIMER } from './clock';
import type { Config } from './config';
import { ConnectionError } from './connection-error';
import type { Ending } from './endings';
import type { ConnectContext } from './options';
import { buildRequest, type StreamRequest } from './request';
import { publicUrl, withoutQuery } from './request-parts';
import { refuse } from './response';
import { type Sink, StreamReader } from './stream-reader';

/** What an attempt reports, and asks for. */
export interface AttemptPorts extends Omit<Sink, 'live'> {
  /** fetch is about to be called. */
  requesting(request: StreamRequest): void;
  opened(response: Response): void;
  /** Once at most; never after `release()`. */
  ended(ending: Ending): void;
  /** Resolves when more is to be read. */
  demand(): Promise<void>;
  /** Hands on what was pushed. */
  flush(): void;
  /** Resolves when what was handed on has been handled. */
  handled(): Promise<void> | undefined;
}

const ignore = () => {};

/**
 * One fetch and the reading of its body. Owns the AbortController, the reader and the timer; `release()` frees
 * them all. Whatever settles later belongs to nobody: each step looks at `live` first.
 */
export class Attempt {
  readonly #config: Config;
  readonly #ports: AttemptPorts;
  readonly #controller = new AbortController();
  #live = true;
  #url: URL | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #timer: { readonly handle: unknown } | undefined;

  constructor(config: Config, ports: AttemptPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  async run(context: Omit<ConnectContext, 'signal'>): Promise<void> {
    try {
      const response = await this.#connect({ ...context, signal: this.#controller.signal });
      if (response === undefined) return;
      this.#stopTimer();
      const refused = refuse(response, this.#where, this.#config.clock);
      if (refused !== undefined) return this.#settle(await refused);
      // Before `opened`, so that a close() in onOpen releases the socket.
      this.#reader = (response.body ?? emptyBody()).getReader();
      this.#ports.opened(response);
      if (this.#live) await this.#read(this.#reader, context.lastEventId);
    } catch (cause) {
      this.#settle({ kind: 'error', error: this.#asConnectionError(cause) });
    }
  }

  /** Gives up what the attempt holds; idempotent. */
  release(): void {
    this.#live = false;
    this.#stopTimer();
    // Both: a fetch may ignore its signal, and a reader does not exist before the response does.
    this.#controller.abort();
    this.#reader?.cancel().catch(ignore);
  }

  /** The response, or undefined if it came too late. */
  async #connect(context: ConnectContext): Promise<Response | undefined> {
    const { connectTimeout } = this.#config;
    this.#startTimer(connectTimeout, () => {
      const message = `No response from ${this.#where} within ${connectTimeout} ms. The option connectTimeout sets the limit.`;
      return new ConnectionError('CONNECT_TIMEOUT', message);
    });
    const building = buildRequest(this.#config, context);
    const request = building instanceof Promise ? await building : building;
    if (!this.#live) return undefined;
    this.#url = request.url;
    this.#ports.requesting(request);
    if (!this.#live) return undefined;
    // Taken out of its object: browsers refuse a fetch whose `this` is not the global.
    const fetch = this.#config.fetch ?? globalThis.fetch;
    const response = await fetch(request.target, request.init);
    if (this.#live) return response;
    response.body?.cancel().catch(ignore);
    return undefined;
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>, lastEventId: string): Promise<void> {
    const attempt = this;
    const sink: Sink = {
      get live() {
        return attempt.#live;
      },
      received: (id) => this.#ports.received(id),
      push: (event) => this.#ports.push(event),
      pushId: (id) => this.#ports.pushId(id),
      retry: (ms) => this.#ports.retry(ms),
    };
    const stream = new StreamReader(sink, this.#config, lastEventId);
    while (this.#live) {
      await this.#ports.demand();
      if (!this.#live) return;
      const { done, value } = await this.#readChunk(reader, stream.heartbeat);
      if (!this.#live) return;
      // [spec] "Once the end of the file is reached, any pending data must be discarded."
      if (done) return this.#settle({ kind: 'clean' });
      const ending = stream.feed(value);
      this.#ports.flush();
      if (ending === undefined) continue;
      await this.#ports.handled(); // what came before the end is delivered first
      return this.#settle(ending);
    }
  }

  async #readChunk(reader: ReadableStreamDefaultReader<Uint8Array>, heartbeat: number | undefined) {
    const { idleTimeout = heartbeat === undefined ? false : 2.5 * heartbeat } = this.#config;
    // Only while a read is pending: a paused consumer is not an idle server.
    this.#startTimer(idleTimeout, () => {
      const message = `Not one byte from ${this.#where} for ${idleTimeout} ms. The option idleTimeout sets the limit.`;
      return new ConnectionError('IDLE_TIMEOUT', message);
    });
    try {
      return await reader.read();
    } finally {
      this.#stopTimer();
    }
  }

  #settle(ending: Ending): void {
    if (!this.#live) return;
    this.#live = false;
    this.#stopTimer();
    this.#ports.ended(ending);
  }

  #asConnectionError(cause: unknown): ConnectionError {
    if (cause instanceof ConnectionError) return cause;
    const open = this.#reader !== undefined;
    const what = open ? `The connection to ${this.#where} broke` : `The request to ${this.#where} failed`;
    const advice = open
      ? ''
      : ' Check that the server runs and can be reached (and, in a browser, that CORS allows it).';
    const reason = this.#url === undefined ? describe(cause) : withoutQuery(describe(cause), this.#url);
    return new ConnectionError('NETWORK', `${what}: ${reason}.${advice}`, { cause });
  }

  get #where(): string {
    return this.#url === undefined ? 'the server' : publicUrl(this.#url);
  }

  // The timer ends the attempt by itself: it cannot count on fetch or the reader to notice the abort.
  #startTimer(ms: number | false, makeError: () => ConnectionError): void {
    this.#stopTimer();
    if (ms === false || ms === Infinity) return;
    const fire = () => {
      this.#timer = undefined;
      this.#settle({ kind: 'error', error: makeError() });
    };
    this.#timer = { handle: this.#config.clock.setTimeout(fire, Math.min(ms, MAX_TIMER)) };
  }

  #stopTimer(): void {
    if (this.#timer === undefined) return;
    this.#config.clock.clearTimeout(this.#timer.handle);
    this.#timer = undefined;
  }
}

function emptyBody(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}

/** Node's fetch says only "fetch failed" itself; the reason is in its cause. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const detail = cause.message || ('code' in cause ? String(cause.code) : cause.name);
  return `${error.message} (${detail})`;
}
