import {
  type AsyncServerEventInit,
  type EventDefaults,
  type EventInput,
  encode,
  encodeAsync,
} from '@eventwire/encoder';
import { retryLine, utf8 } from '../wire/frames';
import { Backpressure } from './backpressure';
import type { EventStreamSink } from './event-stream-sink';
import { forEachUntil } from './for-each-until';
import { atEndOfTurn, nextTurn, TURN_BYTES } from './turn';

/** The stream whose blocks are written. */
export interface BlockWriterOwner {
  /** Ends the wait for async data; its reason is thrown then. */
  readonly signal: AbortSignal;
  /** So many bytes have been given to the sink, and something is pending there. */
  onPending(bytes: number): void;
  /** The error of a source of data that was closed. */
  report(error: unknown): void;
  /** A source of data has failed with half a block out, which the next event would join. */
  onBrokenBlock(): void;
}

/**
 * Writes blocks to a sink, whole and in order, at its pace, and the default reconnection time with the
 * first, until it is finished. A write that comes while a block is written piece by piece has its turn
 * after it.
 */
export class BlockWriter {
  // The fields that each write needs come first and together: with thousands of streams, waiting for memory
  // is most of a delivery that is not the system's.
  /** Half a block is out, or may be: nothing else may be written until it is whole. */
  #held = false;
  #finished = false;
  /**
   * The default reconnection time until it has been sent. Of this stream, so that nothing leaks into
   * another.
   */
  #retry: number | undefined;
  readonly #sink: EventStreamSink;
  /** A whole number, since a fraction would be an object of its own. */
  #lastWrite = Math.floor(performance.now());
  readonly #backpressure: Backpressure;
  readonly #owner: BlockWriterOwner;
  /** None until something has to wait. */
  #waiting: (() => void)[] | undefined;
  /** Bytes of events since the last turn that was left to others. */
  #spent = 0;
  /** Whole events that go out together at the end of this turn, in one write. */
  #gathered = '';
  /** Characters of these from which on they go out at once. */
  #room = 0;

  constructor(
    sink: EventStreamSink,
    { highWaterMark, retry }: { readonly highWaterMark: number; readonly retry: number | undefined },
    owner: BlockWriterOwner,
  ) {
    this.#sink = sink;
    this.#backpressure = new Backpressure(sink, highWaterMark);
    this.#retry = retry;
    this.#owner = owner;
  }

  /** Whether more should wait: a block is in progress, or enough is under way. */
  get busy(): boolean {
    return this.#held || this.full;
  }

  /** Whether a block is in progress. */
  get held(): boolean {
    return this.#held;
  }

  /** Whether enough is under way. */
  get full(): boolean {
    // Most clients take everything at once.
    return this.#sink.pending > 0 && this.#backpressure.full;
  }

  /** When something was written last, in ms of `performance.now()`. */
  get lastWrite(): number {
    return this.#lastWrite;
  }

  /** Settles once it is not busy, or finished. */
  async idle(): Promise<void> {
    while (this.busy) {
      if (this.#held) await new Promise<void>((resolve) => this.take(resolve));
      else await this.#backpressure.wait();
    }
  }

  /** Calls `turn`, which does not throw, once no block is in progress: now, or when it is whole or cut. */
  take(turn: () => void): void {
    if (this.#held) {
      this.#waiting ??= [];
      this.#waiting.push(turn);
    } else turn();
  }

  /** Takes whole blocks, in their turn. `false`: it is busy. */
  write(frame: Uint8Array): boolean {
    if (this.#held) this.take(() => this.#writeFrame(frame));
    else this.#writeFrame(frame);
    return !this.busy;
  }

  /**
   * Writes an event, while no block is in progress: those of one turn of the event loop go out in one write,
   * at its end. So do the pieces of data that is async, and hold up others until their block is whole.
   * Gives what settles once more may follow; nothing where it may at once, since a promise for each event
   * could be measured.
   */
  writeEvent(event: EventInput | AsyncServerEventInit): Promise<void> | undefined {
    if (!isSync(event)) return this.#writePieces(event);
    const text = encode(event, this.#defaults());
    this.#retry = undefined;
    return this.#gather(text);
  }

  /** Writes what has been gathered. */
  flush(): void {
    const text = this.#gathered;
    if (text === '') return;
    this.#gathered = '';
    this.#spend(utf8(text));
  }

  /** Writes bytes as they are, without the reconnection time; called in its turn. */
  put(bytes: Uint8Array): void {
    if (this.#finished) return;
    if (this.#gathered !== '') this.flush();
    this.#sink.write(bytes);
    this.#lastWrite = Math.floor(performance.now());
    if (this.#sink.pending > 0) this.#owner.onPending(bytes.byteLength);
  }

  /** The sink has less pending. */
  drained(): void {
    this.#backpressure.drained();
  }

  /** Nothing is written any more; who waits goes on. */
  finish(): void {
    this.#finished = true;
    this.#release();
    this.#backpressure.finish();
  }

  #writeFrame(frame: Uint8Array): void {
    if (this.#retry !== undefined) this.put(retryLine(this.#retry));
    this.#retry = undefined;
    this.put(frame);
  }

  async #writePieces(event: AsyncServerEventInit): Promise<void> {
    const { signal } = this.#owner;
    const pieces = encodeAsync(event, this.#defaults());
    let begun = false;
    const write = (piece: string) => {
      begun = true;
      this.#retry = undefined;
      return this.#gather(piece);
    };
    this.#held = true;
    try {
      await forEachUntil(pieces, signal, (error) => this.#owner.report(error), write);
      signal.throwIfAborted();
    } catch (error) {
      if (begun) {
        this.flush(); // events of this turn may stand before it
        this.#owner.onBrokenBlock();
      }
      throw error;
    } finally {
      this.#release();
    }
  }

  /** A write for each event would take most of the time of a stream. */
  #gather(text: string): Promise<void> | undefined {
    if (this.#gathered === '') {
      this.#room = Math.min(TURN_BYTES, this.#backpressure.room);
      if (text.length < this.#room) atEndOfTurn(() => this.flush());
    }
    this.#gathered += text;
    if (this.#gathered.length < this.#room) return undefined;
    this.flush();
    return this.#roomForMore();
  }

  #spend(bytes: Uint8Array): void {
    this.put(bytes);
    this.#spent += bytes.byteLength;
  }

  /** Settles once more may follow; nothing where that is at once. */
  #roomForMore(): Promise<void> | undefined {
    if (this.#spent >= TURN_BYTES) {
      this.#spent = 0;
      return nextTurn().then(() => this.#backpressure.wait());
    }
    return this.#backpressure.full ? this.#backpressure.wait() : undefined;
  }

  /** Those who wait have their turns, unless one of them begins another block in pieces. */
  #release(): void {
    this.#held = false;
    while (!this.#held) {
      const turn = this.#waiting?.shift();
      if (!turn) return;
      turn();
    }
  }

  /** The reconnection time counts as sent only once a block has been written. */
  #defaults(): EventDefaults | undefined {
    return this.#retry === undefined ? undefined : { retry: this.#retry };
  }
}

/** A value that is no event at all counts as sync: encode() refuses it. */
function isSync(event: EventInput | AsyncServerEventInit): event is EventInput {
  const data: unknown = typeof event === 'object' && event !== null ? event.data : undefined;
  return typeof data !== 'object' || data === null || !(Symbol.asyncIterator in data);
}
