import type { EventStreamSink, EventStreamSinkListener, PlainResponse, RequestFacts } from '../../src/index';

/** A body in memory. Bytes stay pending while `stuck`, and the peer can leave. */
export class FakeSink implements EventStreamSink {
  text = '';
  /** Of a response instead of the stream. */
  body = '';
  writes: string[] = [];
  pending = 0;
  stuck = false;
  /** Whether the peer takes the last bytes after the end. */
  finishes = true;
  over: 'ended' | 'destroyed' | 'gone' | 'failed' | undefined;
  #listener: EventStreamSinkListener | undefined;

  open(listener: EventStreamSinkListener, first: Uint8Array): void {
    if (this.over) {
      listener.onClosed();
      return;
    }
    this.#listener = listener;
    if (first.byteLength > 0) this.#put(first);
  }

  /** Whether the head has gone out. */
  begun = true;
  held = false;

  hold(): boolean {
    this.held = !this.begun;
    return this.held;
  }

  release(): void {
    this.begun = true;
    this.held = false;
  }

  respond(make: (request: RequestFacts) => PlainResponse): boolean {
    if (this.begun) return false;
    const { status, headers, body } = make({ method: 'GET', header: () => undefined });
    this.text = [status, ...headers.filter(([name]) => name === 'retry-after').flat()].join(' ');
    this.body = body;
    this.#close('ended');
    return true;
  }

  write(bytes: Uint8Array): void {
    this.release();
    this.#put(bytes);
  }

  #put(bytes: Uint8Array): void {
    if (this.over) throw new Error('written after the end');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    this.text += text;
    this.writes.push(text);
    if (this.stuck) this.pending += bytes.byteLength;
  }

  /** The peer takes all that is pending, or `bytes` of it. */
  take(bytes = this.pending): void {
    this.pending -= bytes;
    this.#listener?.onDrained();
  }

  end(): void {
    this.release();
    this.#close('ended');
  }

  destroy(): void {
    if (this.over !== 'ended') this.#close('destroyed');
    else {
      this.over = 'destroyed';
      this.#settle();
    }
  }

  leave(): void {
    this.#close('gone');
  }

  /** The stream cannot be sent. */
  fail(error: unknown): void {
    if (this.over) throw new Error(`failed after it was ${this.over}`);
    const listener = this.#listener;
    this.#listener = undefined;
    this.over = 'failed';
    listener?.onFailed(error);
  }

  #close(how: 'ended' | 'destroyed' | 'gone'): void {
    if (this.over) throw new Error(`${how} after it was ${this.over}`);
    this.over = how;
    if (how !== 'ended' || this.finishes) this.#settle();
  }

  #settle(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    // Not before the call returns, as the contract says; but a peer leaves by itself.
    if (this.over === 'gone') listener?.onClosed();
    else queueMicrotask(() => listener?.onClosed());
  }
}
