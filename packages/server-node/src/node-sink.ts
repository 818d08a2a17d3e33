import type { ServerResponse } from 'node:http';
import {
  type EventStreamSink,
  type EventStreamSinkListener,
  EventStreamUsageError,
  earlyAnswer,
  type PlainAnswer,
  type ResolvedEventStreamInit,
  type StreamRequest,
} from '@eventwire/server';
import { type PendingBytes, writeDirectly, writeHeadDirectly } from './direct-writer';
import { writeHead } from './head';
import { asked, isHttp2, type NodeRequest, type NodeResponse } from './messages';
import { sendAnswer } from './plain-answer';

/** A response that compression middleware has wrapped: what it holds back goes out with this. */
interface Flushable {
  flush?: unknown;
}

/** The body of a response of node:http or node:http2. */
export class NodeSink implements EventStreamSink, PendingBytes {
  // What each write needs comes first, as in BlockWriter.
  /** The first bytes, until the head has gone out with them. */
  #first: Uint8Array | undefined;
  /** A wrapper around `res.write` may drop the callback, by which bytes are counted: then its return value and 'drain' have to do. */
  readonly #wrapped: boolean;
  readonly #res: NodeResponse;
  #pending = 0;
  readonly #req: NodeRequest;
  readonly #init: ResolvedEventStreamInit;
  #listener: EventStreamSinkListener | undefined;
  #onDrain: (() => void) | undefined;
  #socketTimeout = 0;

  /** @throws EventStreamUsageError `HEADERS_SENT` */
  constructor(req: NodeRequest, res: NodeResponse, init: ResolvedEventStreamInit) {
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
    if (isGone(res) || this.#req.socket?.destroyed) {
      listener.closed();
      return;
    }
    const early = earlyAnswer(asked(this.#req), this.#init);
    if (early || this.#req.method === 'HEAD') {
      if (early) sendAnswer(res, early);
      else {
        writeHead(this.#req, res, this.#init);
        res.end();
      }
      listener.closed();
      return;
    }
    this.#listener = listener;
    res.on('close', this.#onClose);
    res.on('error', ignore);
    if (this.#wrapped) {
      this.#onDrain = () => {
        this.#pending = 0;
        this.#listener?.drained();
      };
      res.on('drain', this.#onDrain);
    }
    // With bytes under way node waits for them, though the connection is gone, and never says 'close'.
    if (isHttp2(res)) res.stream.on('aborted', () => this.destroy());
    else this.#keepSocketOpen(res.socket === null);
    this.#first = first;
    queueMicrotask(() => this.#begin());
  }

  answer(make: (request: StreamRequest) => PlainAnswer): boolean {
    if (this.#first === undefined) return false;
    this.#first = undefined;
    sendAnswer(this.#res, make(asked(this.#req)));
    return true;
  }

  write(bytes: Uint8Array): void {
    this.#begin();
    if (!this.#wrapped && writeDirectly(this.#res, bytes, this)) return;
    this.#writeThrough(bytes);
  }

  readAhead(): number {
    const res = this.#res;
    // The socket of a response of HTTP/2 may throw.
    if (isHttp2(res)) return this.#pending;
    return this.#pending | res.writableLength | (res.socket?.writable ? 1 : 0);
  }

  end(): void {
    this.#begin();
    this.#res.end();
  }

  destroy(): void {
    this.#first = undefined;
    // A stream of HTTP/2 is reset by itself: the connection has others.
    if (isHttp2(this.#res)) this.#res.stream.destroy();
    else this.#res.destroy();
  }

  late(size: number): void {
    this.#pending += size;
  }

  taken(size: number): void {
    this.#pending -= size;
    this.#listener?.drained();
  }

  #writeThrough(bytes: Uint8Array): void {
    // The same methods on both kinds of response, with types that are not.
    const res = this.#res as ServerResponse;
    const size = bytes.byteLength;
    if (this.#wrapped) {
      if (!res.write(bytes)) this.late(size);
    } else {
      this.late(size);
      // What could not be written stays pending: who writes on waits for 'close', which could otherwise never have its turn.
      res.write(bytes, (error) => {
        if (!error) this.taken(size);
      });
    }
    const { flush } = res as Flushable;
    if (typeof flush === 'function') flush.call(res);
  }

  /** Sends the head, once, and the first bytes with it. */
  #begin(): void {
    const first = this.#first;
    if (first === undefined) return;
    this.#first = undefined;
    if (isGone(this.#res)) return;
    writeHead(this.#req, this.#res, this.#init);
    if (!this.#wrapped && writeHeadDirectly(this.#res, first, this)) return;
    if (first.byteLength > 0) this.#writeThrough(first);
    else if (!isHttp2(this.#res)) this.#res.flushHeaders();
    // HTTP/2 sends the head at once by itself.
  }

  /** A stream is quiet for longer than node lets a connection be, and its events are too small to be waited with. */
  #keepSocketOpen(pipelined: boolean): void {
    const { socket } = this.#req;
    // A pipelined response has no socket until its turn has come, and hears nothing of its end.
    if (pipelined) socket?.on('close', this.#onClose);
    this.#socketTimeout = socket?.timeout ?? 0;
    socket?.setTimeout?.(0);
    socket?.setNoDelay?.(true);
  }

  /** The socket may serve further requests: nothing of this one stays on it. */
  readonly #onClose = (): void => {
    const res = this.#res;
    this.#first = undefined;
    res.off('close', this.#onClose);
    res.off('error', ignore);
    if (this.#onDrain) res.off('drain', this.#onDrain);
    if (!isHttp2(res)) {
      const { socket } = this.#req;
      socket?.off('close', this.#onClose);
      if (socket?.timeout === 0 && this.#socketTimeout > 0) socket.setTimeout(this.#socketTimeout);
    }
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.closed();
  };
}

function isGone(res: NodeResponse): boolean {
  // Node takes the stream away from a response of HTTP/2 once it is over.
  return isHttp2(res) ? (res.stream?.closed ?? true) : res.destroyed;
}

/** Whatever breaks a response, 'close' follows. */
function ignore(): void {}
