import type { Subscriber } from '../../src/index';
import { type Block, blocks } from './helpers';

/** A client's side of a channel: takes frames, and is full while `stuck`. */
export class FakeSubscriber implements Subscriber {
  readonly #abort = new AbortController();
  readonly lastEventId: string;
  readonly frames: string[] = [];
  context: unknown;
  stuck = false;
  ended = false;
  /** Written although it had said that it was full. */
  overrun = false;
  onWrite: (() => void) | undefined;
  #full = false;
  #waiters: (() => void)[] = [];

  constructor(lastEventId = '') {
    this.lastEventId = lastEventId;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get blocks(): Block[] {
    return blocks(this.frames.join(''));
  }

  /** The last id that a client would send. */
  get cursor(): string {
    return this.blocks.findLast(({ id }) => id !== undefined)?.id ?? this.lastEventId;
  }

  write(frame: Uint8Array): boolean {
    if (this.signal.aborted) throw new Error('written after close');
    if (this.#full) this.overrun = true;
    this.frames.push(new TextDecoder().decode(frame));
    this.#full = this.stuck;
    this.onWrite?.();
    return !this.#full;
  }

  drained(): Promise<void> {
    if (!this.#full) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  drain(): void {
    this.#full = false;
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  end(): void {
    this.ended = true;
    this.close();
  }

  close(): void {
    this.#abort.abort();
    this.drain();
  }
}
