import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type EventStreamSink,
  type EventStreamSinkListener,
  EventStreamUsageError,
  type ResolvedEventStreamInit,
} from '@eventwire/server';

/** A response that compression middleware has wrapped: what it holds back goes out with this. */
interface Flushable {
  flush?: unknown;
}

/** The body of a node:http response. */
export class NodeSink implements EventStreamSink {
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #init: ResolvedEventStreamInit;
  #listener: EventStreamSinkListener | undefined;
  #pending = 0;
  /** A wrapper around `res.write` may drop the callback, by which bytes are counted: then its return value and 'drain' have to do. */
  readonly #wrapped: boolean;
  #socketTimeout = 0;

  /** @throws EventStreamUsageError `HEADERS_SENT` */
  constructor(req: IncomingMessage, res: ServerResponse, init: ResolvedEventStreamInit) {
    if (res.headersSent) {
      throw new EventStreamUsageError(
        'HEADERS_SENT',
        'The response has been begun already: make the event stream before anything else writes to it',
      );
    }
    this.#req = req;
    this.#res = res;
    this.#init = init;
    this.#wrapped = Object.hasOwn(res, 'write');
  }

  get pending(): number {
    return this.#pending;
  }

  open(listener: EventStreamSinkListener, first: Uint8Array): void {
    const res = this.#res;
    const { socket } = this.#req;
    if (res.destroyed || socket?.destroyed) {
      listener.closed();
      return;
    }
    this.#writeHead();
    if (this.#req.method === 'HEAD') {
      res.end();
      listener.closed();
      return;
    }
    this.#listener = listener;
    res.on('close', this.#onClose);
    res.on('error', this.#onError);
    if (this.#wrapped) res.on('drain', this.#onDrain);
    // A pipelined response has no socket until its turn has come, and hears nothing of its end.
    if (!res.socket) socket?.on('close', this.#onClose);
    this.#socketTimeout = socket?.timeout ?? 0;
    socket?.setTimeout?.(0);
    socket?.setNoDelay?.(true);
    if (first.byteLength > 0) this.write(first);
    else res.flushHeaders();
  }

  write(bytes: Uint8Array): void {
    const res = this.#res;
    const size = bytes.byteLength;
    if (this.#wrapped) {
      if (!res.write(bytes)) this.#pending += size;
    } else {
      this.#pending += size;
      res.write(bytes, () => {
        this.#pending -= size;
        this.#listener?.drained();
      });
    }
    const { flush } = res as Flushable;
    if (typeof flush === 'function') flush.call(res);
  }

  end(): void {
    this.#res.end();
  }

  destroy(): void {
    this.#res.destroy();
  }

  /** What was set on the response before stays, except what an event stream needs otherwise. */
  #writeHead(): void {
    const res = this.#res;
    res.removeHeader('content-length');
    for (const [name, value] of this.#init.headers) {
      if (name === 'set-cookie') res.appendHeader(name, value);
      else res.setHeader(name, value);
    }
    res.writeHead(this.#init.status);
  }

  readonly #onDrain = (): void => {
    this.#pending = 0;
    this.#listener?.drained();
  };

  /** Whatever breaks a response, 'close' follows. */
  readonly #onError = (): void => {};

  /** The socket may serve further requests: nothing of this one stays on it. */
  readonly #onClose = (): void => {
    const res = this.#res;
    const { socket } = this.#req;
    res.off('close', this.#onClose);
    res.off('error', this.#onError);
    res.off('drain', this.#onDrain);
    socket?.off('close', this.#onClose);
    if (socket?.timeout === 0 && this.#socketTimeout > 0) socket.setTimeout(this.#socketTimeout);
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.closed();
  };
}
