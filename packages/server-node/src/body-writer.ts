import type { ServerResponse } from 'node:http';
import { Backlog, SLICE_BYTES } from './backlog';
import { type PendingBytes, writeDirectly, writeHeadDirectly } from './direct-writer';
import { isHttp2, type NodeResponse } from './messages';

/** A response that compression middleware has wrapped: what it holds back goes out with this. */
interface Flushable {
  flush?: unknown;
}

/**
 * Writes the bytes of a response's body, and counts those that the system has not taken yet. Node gets no
 * more at once than about two slices; the rest is kept until it has taken these. A base class and no part
 * of NodeSink, since an object more for each stream could be measured.
 */
export abstract class BodyWriter implements PendingBytes {
  // The fields that each write needs come first, as in BlockWriter.
  #backlog: Backlog | undefined;
  #pending = 0;
  /**
   * A wrapper around `res.write` may drop the callback, by which bytes are counted: then its return value and
   * 'drain' have to do.
   */
  readonly #wrapped: boolean;
  readonly #isDirect: boolean;
  protected readonly res: NodeResponse;
  #onDrain: (() => void) | undefined;

  constructor(res: NodeResponse, directWrites: boolean) {
    this.res = res;
    this.#wrapped = Object.hasOwn(res, 'write');
    this.#isDirect = directWrites && !this.#wrapped;
  }

  /** The system has taken bytes. */
  protected abstract onTaken(): void;

  get pending(): number {
    return this.#pending;
  }

  onPending(size: number): void {
    this.#pending += size;
  }

  taken(size: number): void {
    this.#pending -= size;
    this.onTaken();
  }

  protected watchDrain(): void {
    if (!this.#wrapped) return;
    this.#onDrain = () => {
      this.#pending = this.#backlog?.size ?? 0;
      this.onTaken();
    };
    this.res.on('drain', this.#onDrain);
  }

  protected unwatchDrain(): void {
    if (this.#onDrain) this.res.off('drain', this.#onDrain);
  }

  protected get hasBacklog(): boolean {
    return this.#backlog !== undefined;
  }

  /** Gives the bytes to node if it has few, and keeps them otherwise. */
  protected put(bytes: Uint8Array): void {
    const fits = bytes.byteLength <= SLICE_BYTES && this.#pending <= SLICE_BYTES;
    if (fits && this.#backlog === undefined) {
      this.#give(bytes);
      return;
    }
    this.keep(bytes);
    this.giveKept();
  }

  protected keep(bytes: Uint8Array): void {
    this.#backlog ??= new Backlog();
    this.#backlog.push(bytes);
    this.#pending += bytes.byteLength;
  }

  /** Gives node what it may have of what was kept. */
  protected giveKept(): void {
    const backlog = this.#backlog;
    while (backlog && this.#pending - backlog.size <= SLICE_BYTES) {
      const slice = backlog.shift();
      if (slice === undefined) {
        this.#backlog = undefined;
        return;
      }
      this.#pending -= slice.byteLength;
      this.#give(slice);
    }
  }

  protected dropBacklog(): void {
    this.#backlog = undefined;
  }

  /** Sends the head, which has been made, with the first bytes. */
  protected putFirst(first: Uint8Array): void {
    if (this.#isDirect && writeHeadDirectly(this.res, first, this)) return;
    if (first.byteLength > 0) this.#writeThrough(first);
    else if (!isHttp2(this.res)) this.res.flushHeaders();
    // HTTP/2 sends the head at once by itself.
  }

  #give(bytes: Uint8Array): void {
    if (this.#isDirect && writeDirectly(this.res, bytes, this)) return;
    this.#writeThrough(bytes);
  }

  #writeThrough(bytes: Uint8Array): void {
    // The same methods on both kinds of response, with types that are not.
    const res = this.res as ServerResponse;
    const size = bytes.byteLength;
    // Bytes that could not be written stay pending: a producer that wrote on would never let 'close' have its
    // turn.
    if (res.writableEnded) this.onPending(size);
    else if (this.#wrapped) {
      if (!res.write(bytes)) this.onPending(size);
    } else {
      this.onPending(size);
      res.write(bytes, (error) => {
        if (!error) this.taken(size);
      });
    }
    const { flush } = res as Flushable;
    if (typeof flush === 'function') flush.call(res);
  }
}
