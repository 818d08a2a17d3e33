import type { Subscriber } from '@eventwire/server';

/** One connection of a client: the server's side is a subscriber, the client's reads bytes, as far as they have come. */
export class Connection implements Subscriber {
  readonly lastEventId: string;
  readonly #abort = new AbortController();
  readonly #onWrite: () => void;
  #unread: Uint8Array[] = [];
  #waiters: (() => void)[] = [];
  #full = false;
  /** Takes no more after the next write. */
  stuck = false;
  /** Written although it was full. */
  overrun = false;

  constructor(lastEventId: string, onWrite: () => void) {
    this.lastEventId = lastEventId;
    this.#onWrite = onWrite;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  write(frame: Uint8Array): boolean {
    if (this.signal.aborted) return false;
    if (this.#full) this.overrun = true;
    this.#unread.push(frame);
    this.#full = this.stuck;
    this.#onWrite();
    return !this.#full;
  }

  async drained(): Promise<void> {
    if (this.#full) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  end(): void {
    this.close();
  }

  close(): void {
    this.#abort.abort();
    this.drain();
  }

  drain(): void {
    this.#full = false;
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  /** What has come since the last time. */
  take(): Uint8Array[] {
    return this.#unread.splice(0);
  }

  /** Cuts the connection: of what has come, so large a part arrives at the client, wherever that ends. */
  cutAfter(part: number): Uint8Array {
    this.close();
    const whole = Buffer.concat(this.take());
    return whole.subarray(0, Math.floor(part * (whole.byteLength + 1)));
  }
}
