import {
  type EventStreamSink,
  type EventStreamSinkListener,
  negotiate,
  type PlainResponse,
  type RequestFacts,
  type ResolvedEventStreamInit,
} from '@eventwire/server';
import { BodyWriter } from './body-writer';
import { awaitTurn, isPipelined } from './connection-turn';
import { isHttp2, type NodeRequest, type NodeResponse, requestFacts } from './messages';
import { sendPlainResponse } from './plain-response';
import { writeHead } from './response-head';
import { headersSent, isBegun, isGone } from './response-state';

/**
 * A response of node:http or node:http2. Any call of it may throw: something else may have begun it, and
 * middleware may stand before its methods. Then the stream is over, and its listener is told why.
 */
export class NodeSink extends BodyWriter implements EventStreamSink {
  /** The first bytes, until the head has gone out with them. */
  #first: Uint8Array | undefined;
  /** From `open` until the response is over for the stream. */
  #listener: EventStreamSinkListener | undefined;
  readonly #req: NodeRequest;
  readonly #init: ResolvedEventStreamInit;
  /** The head is kept back. */
  held = false;
  #socketTimeout = 0;
  /** Responses to earlier requests of the connection have to end first. */
  #waiting = false;
  #ending = false;

  /** @throws EventStreamUsageError `HEADERS_SENT` */
  constructor(req: NodeRequest, res: NodeResponse, init: ResolvedEventStreamInit) {
    if (isBegun(res)) throw headersSent();
    super(res, init.directWrites);
    this.#req = req;
    this.#init = init;
  }

  open(listener: EventStreamSinkListener, first: Uint8Array): void {
    const { res } = this;
    if (isGone(res) || this.#req.socket?.destroyed) {
      listener.onClosed();
      return;
    }
    this.#listener = listener;
    try {
      const early = negotiate(requestFacts(this.#req), this.#init);
      if (early) sendPlainResponse(res, early);
      else if (this.#req.method === 'HEAD') {
        writeHead(this.#req, res, this.#init);
        res.end();
      } else {
        this.#begin(first);
        return;
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#listener = undefined;
    listener.onClosed();
  }

  hold(): boolean {
    const isPossible = this.#first !== undefined && !isBegun(this.res);
    this.held ||= isPossible;
    return isPossible;
  }

  release(): void {
    this.held = false;
    this.#goOn();
  }

  respond(make: (request: RequestFacts) => PlainResponse): boolean {
    if (this.#first === undefined || isBegun(this.res)) return false;
    this.#first = undefined;
    try {
      sendPlainResponse(this.res, make(requestFacts(this.#req)));
      // Of a stream of HTTP/2 that was ended with bytes under way, node tells nobody that the client has
      // cancelled it: nothing is waited for.
      if (isHttp2(this.res)) {
        const listener = this.#release();
        queueMicrotask(() => listener?.onClosed());
      }
    } catch (error) {
      this.#fail(error);
    }
    return true;
  }

  write(bytes: Uint8Array): void {
    if (this.#listener === undefined) return;
    this.held = false;
    try {
      if (this.#waiting) {
        this.keep(bytes);
        return;
      }
      this.#sendHead();
      this.put(bytes);
    } catch (error) {
      this.#fail(error);
    }
  }

  end(): void {
    this.#ending = true;
    this.release();
  }

  destroy(): void {
    const { res } = this;
    this.#first = undefined;
    this.dropBacklog();
    // A stream of HTTP/2 is reset by itself: the connection has others.
    if (isHttp2(res)) res.stream?.destroy();
    else if (!this.#waiting) res.destroy();
    else {
      // The connection is another response's: it is cut when this one's turn comes.
      res.once('socket', (socket) => socket.destroy());
      queueMicrotask(this.#onClose);
    }
  }

  protected override onTaken(): void {
    this.#goOn();
    this.#listener?.onDrained();
  }

  /** Sets up what the response tells from now on, and what is sent once the code that runs now is through. */
  #begin(first: Uint8Array): void {
    const { res } = this;
    this.#first = first;
    res.on('close', this.#onClose);
    res.on('error', ignore);
    this.watchDrain();
    if (isPipelined(res)) {
      this.#waiting = true;
      awaitTurn(this.#req, res, () => this.#onTurn(), this.#onClose);
      return;
    }
    // With bytes under way node waits for them, though the client has cancelled the stream, and never says
    // 'close'.
    if (isHttp2(res)) res.stream.on('aborted', () => this.destroy());
    else this.#keepSocketOpen();
    // Behind all microtasks that are due: an async callback that throws at once is answered with 500.
    queueMicrotask(() => process.nextTick(() => this.#goOn()));
  }

  #onTurn(): void {
    this.#waiting = false;
    if (this.#listener === undefined) return;
    this.#keepSocketOpen();
    this.onTaken();
  }

  /** Sends what can be sent now: the head, what node may have of what was kept, the end. */
  #goOn(): void {
    if (this.#listener === undefined || this.#waiting || this.held) return;
    try {
      this.#sendHead();
      this.giveKept();
      if (this.#ending && this.#canEnd()) this.res.end();
    } catch (error) {
      this.#fail(error);
    }
  }

  #canEnd(): boolean {
    if (this.hasBacklog || this.res.writableEnded) return false;
    // Of a stream of HTTP/2 that was ended with bytes under way, node tells nobody that the client has
    // cancelled it.
    return !isHttp2(this.res) || this.pending === 0;
  }

  /** Sends the head, once, and the first bytes with it. */
  #sendHead(): void {
    const first = this.#first;
    if (first === undefined) return;
    if (isBegun(this.res)) throw headersSent();
    this.#first = undefined;
    if (isGone(this.res)) return;
    writeHead(this.#req, this.res, this.#init);
    this.putFirst(first);
  }

  /**
   * A stream is quiet for longer than node lets a connection be, and its events are too small to be waited
   * with.
   */
  #keepSocketOpen(): void {
    const { socket } = this.#req;
    this.#socketTimeout = socket?.timeout ?? 0;
    socket?.setTimeout?.(0);
    socket?.setNoDelay?.(true);
  }

  readonly #onClose = (): void => {
    const listener = this.#release();
    this.res.off('error', ignore);
    if (this.#first !== undefined && isBegun(this.res)) listener?.onFailed(headersSent());
    else listener?.onClosed();
  };

  /** The response is left alone if it is not ours, and cut if it is: half a block may be out. */
  #fail(error: unknown): void {
    const listener = this.#release();
    if (listener === undefined) return;
    if (this.#first !== undefined) this.res.off('error', ignore);
    else this.#cut();
    queueMicrotask(() => listener.onFailed(error));
  }

  #cut(): void {
    try {
      this.destroy();
    } catch {
      // It stays as whatever stands before the response's methods has left it.
    }
  }

  /** The socket may serve further requests: nothing of this one stays on it. */
  #release(): EventStreamSinkListener | undefined {
    const { res } = this;
    res.off('close', this.#onClose);
    this.unwatchDrain();
    if (!isHttp2(res)) {
      const { socket } = this.#req;
      if (socket?.timeout === 0 && this.#socketTimeout > 0) socket.setTimeout(this.#socketTimeout);
    }
    const listener = this.#listener;
    this.#listener = undefined;
    return listener;
  }
}

/** A broken response says 'close' next, for any reason. */
function ignore(): void {}
