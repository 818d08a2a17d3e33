import type { Config } from './config';
import { ConnectionError, type ConnectionErrorCode } from './connection-error';
import type { Ending } from './endings';
import type { ConnectContext } from './options';
import { locationOf, redirected } from './redirect';
import { buildRequest, type StreamRequest } from './request';
import { publicUrl } from './request-parts';
import { refuse } from './response';
import { type Sink, StreamReader } from './stream-reader';
import { startTimer } from './timer';
import { reasonOf } from './user-code';

/** What an attempt reports, and asks for. */
export interface AttemptPorts extends Sink {
  /** fetch is about to be called. */
  requesting(request: StreamRequest): void;
  opened(response: Response): void;
  /** Once at most; never after `release()`. */
  ended(ending: Ending): void;
  /** Resolves when more is to be read. */
  demand(): Promise<void>;
  /** Resolves when what was handed on has been handled. */
  handled(): Promise<void> | undefined;
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** Ms that a connection is given to show life after the machine has slept. */
const GRACE = 1000;

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
  #reader: Reader | undefined;
  #stopTimer = ignore;

  constructor(config: Config, ports: AttemptPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  async run(context: Omit<ConnectContext, 'signal'>): Promise<void> {
    const { connectTimeout, clock } = this.#config;
    try {
      this.#startTimer('CONNECT_TIMEOUT', connectTimeout, (left) => Math.max(left, GRACE));
      const response = await this.#connect({ ...context, signal: this.#controller.signal });
      if (response === undefined) return;
      this.#stopTimer();
      const refused = await refuse(response, this.#where, clock);
      if (refused !== undefined || !this.#live) {
        if (refused === undefined) response.body?.cancel().catch(ignore);
        else this.#settle(refused);
        return;
      }
      // Before `opened`, so that a close() in onOpen releases the socket.
      this.#reader = response.body?.getReader();
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
    const building = buildRequest(this.#config, context);
    const request = building instanceof Promise ? await building : building;
    if (!this.#live) return undefined;
    this.#url = request.url;
    this.#ports.requesting(request);
    if (!this.#live) return undefined;
    const { redirect = 'follow' } = this.#config;
    let hop = { url: request.target, init: request.init };
    for (let hops = 0; ; hops++) {
      const response = await this.#fetch(hop.url, hop.init);
      const { status, body } = response;
      const location = hop.init.redirect && locationOf(response);
      if (this.#live && !location) return response;
      body?.cancel().catch(ignore);
      if (!this.#live || !location) return undefined;
      hop = redirected(hop, status, location, hops, redirect);
      this.#url = hop.url;
      this.#ports.trace('redirect', { url: this.#where, status });
      if (!this.#live) return undefined;
    }
  }

  /** Follows no redirection where that can be had. */
  async #fetch({ href }: URL, init: StreamRequest['init']): Promise<Response> {
    const config = this.#config;
    // Taken out of its object: browsers refuse a fetch whose `this` is not the global.
    const fetch = config.fetch ?? globalThis.fetch;
    try {
      const response = await fetch(href, init);
      if (response.type !== 'opaqueredirect' || !this.#live) return response;
    } catch (error) {
      // Some fetches refuse members that they do not know, and not all say which.
      if (!init.redirect || !/redirect|RequestInit|not implemented|unsupported|unknown/i.test(String(error)))
        throw error;
    }
    // A browser does not say where a redirection leads: the rest is up to its own rules.
    if (config.redirect === 'error')
      throw new ConnectionError('REDIRECT', `${this.#where} redirects: the option redirect forbids it`);
    config.manualRedirect = false;
    delete init.redirect;
    return fetch(href, init);
  }

  async #read(reader: Reader | undefined, lastEventId: string): Promise<void> {
    const { idleTimeout, policy } = this.#config;
    const ports = this.#ports;
    const stream = new StreamReader(ports, this.#config, lastEventId, () => this.#live);
    while (this.#live) {
      await ports.demand();
      if (!this.#live) return;
      // Only while a read is pending: a paused consumer is not an idle server.
      const idle = idleTimeout ?? 2.5 * (stream.heartbeat ?? Infinity);
      this.#startTimer('IDLE_TIMEOUT', idle, (left) => {
        if (left > 0 && left < Infinity) return left;
        return policy.enabled || left <= 0 ? GRACE : left;
      });
      const { done = true, value } = (await reader?.read()) ?? {};
      this.#stopTimer();
      if (!this.#live) return;
      // [spec] "Once the end of the file is reached, any pending data must be discarded."
      if (done || !value) return this.#settle({ kind: 'clean' });
      const ending = await stream.feed(value);
      const ended = ports.flush() ?? ending;
      if (ended === undefined) continue;
      await ports.handled(); // what came before the end is delivered first
      return this.#settle(ended);
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
    const what = this.#reader ? `The connection to ${this.#where} broke` : `No connection to ${this.#where}`;
    // The runtime's message may quote the URL, whose query may be secret.
    const { search } = this.#url ?? {};
    const reason = search ? reasonOf(cause).replaceAll(search, '?…') : reasonOf(cause);
    return new ConnectionError('NETWORK', `${what}: ${reason}`, { cause });
  }

  get #where(): string {
    return this.#url === undefined ? 'the server' : publicUrl(this.#url);
  }

  // The timer ends the attempt by itself: it cannot count on fetch or the reader to notice the abort.
  #startTimer(code: ConnectionErrorCode, ms: number | false, awake: (left: number) => number): void {
    const due = () => {
      const option = code === 'IDLE_TIMEOUT' ? 'idleTimeout' : 'connectTimeout';
      const message = `Nothing from ${this.#where} within ${ms || GRACE} ms, as ${option} allows`;
      this.#settle({ kind: 'error', error: new ConnectionError(code, message) });
    };
    this.#stopTimer();
    this.#stopTimer = startTimer(this.#config.clock, ms || Infinity, due, awake);
  }
}
