import { type EventInput, encode, refuseId, refuseReservedType } from '@eventwire/encoder';
import { checkOptions, isInteger, type OptionRules } from '@eventwire/options';
import { EventStreamUsageError } from '../errors';
import { utf8 } from '../wire/frames';
import type { AppendOptions, EventLog, LoggedEvent, LogPage, ReadOptions } from './event-log';
import { heldBytes } from './held-bytes';
import { keepFields } from './kept-fields';
import { checkReadOptions } from './read-options';
import { isEndOf, Seal } from './seal';
import { SlidingList } from './sliding-list';

/** How much a memory log keeps. The oldest events are removed first. */
export interface MemoryLogOptions {
  /** Events; default 10000. */
  maxEvents?: number | undefined;
  /**
   * Milliseconds since an event was added; default: no limit. Nothing is removed by a timer, but nothing
   * older is given out.
   */
  maxAge?: number | undefined;
  /**
   * Bytes of memory, about: of each event its encoded block, its strings, and 480 bytes for what the
   * runtime needs to hold it. An event that is larger alone is refused.
   *
   * @default 64 MiB
   */
  maxBytes?: number | undefined;
}

const RULES = {
  maxEvents: isInteger(1),
  maxAge: isInteger(1, Number.MAX_SAFE_INTEGER, 'whole milliseconds of at least 1'),
  maxBytes: isInteger(1),
} satisfies OptionRules<MemoryLogOptions>;

/**
 * A log in this process's memory: for one process, and gone with it.
 *
 * @example
 * createChannel({ log: createMemoryLog({ maxEvents: 1000, maxAge: 3_600_000 }) });
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function createMemoryLog(options: MemoryLogOptions = {}): EventLog {
  checkOptions(options, RULES);
  const { maxEvents = 10_000, maxAge, maxBytes = 64 * 1024 * 1024 } = options;
  return new MemoryLog({ maxEvents, maxAge: maxAge ?? Number.POSITIVE_INFINITY, maxBytes });
}

interface Held extends LoggedEvent {
  readonly added: number;
  /** Bytes that it takes in memory. */
  readonly bytes: number;
  readonly idempotencyKey: string | undefined;
}

const EVERYTHING = {
  limit: Number.MAX_SAFE_INTEGER,
  maxBytes: Number.MAX_SAFE_INTEGER,
  maxReplayBytes: Number.MAX_SAFE_INTEGER,
};

interface Tail {
  /** The newest number that it has been given, or need not be. */
  seq: number;
  readonly listener: (batch: LogPage) => void;
  readonly signal: AbortSignal;
}

interface Limits {
  readonly maxEvents: number;
  readonly maxAge: number;
  readonly maxBytes: number;
  /** Throws if there is no room for an event of so many bytes. */
  readonly admit?: ((bytes: number, options: AppendOptions) => void) | undefined;
}

/** Also what a run in memory is made of. */
export class MemoryLog implements EventLog {
  readonly #admit: NonNullable<Limits['admit']>;
  readonly #maxEvents: number;
  readonly #maxAge: number;
  readonly #maxBytes: number;
  #epoch = '';
  readonly isLocal = true;
  /** Events in order, numbered without a hole up to `#seq`. */
  readonly #held = new SlidingList<Held>();
  #seq = 0;
  readonly #seal = new Seal();
  #bytes = 0;
  /** Those of the events that are held. */
  readonly #byKey = new Map<string, Held>();
  readonly #tails = new Set<Tail>();
  #notifying = false;

  constructor({ maxEvents, maxAge, maxBytes, admit = () => {} }: Limits) {
    this.#admit = admit;
    this.#maxEvents = maxEvents;
    this.#maxAge = maxAge;
    this.#maxBytes = maxBytes;
  }

  append(event: EventInput, options: AppendOptions = {}): LoggedEvent {
    const { topic, idempotencyKey, end } = options;
    const kept = keepFields(event);
    refuseId(kept);
    if (!isEndOf(kept, end)) refuseReservedType(kept);
    this.#seal.refuseFenced(options);
    this.#trim();
    const id = this.#id(this.#seq + 1);
    const frame = utf8(encode(kept, { id }));
    const known = idempotencyKey === undefined ? undefined : this.#byKey.get(idempotencyKey);
    if (known) return known;
    this.#seal.refuseEnded();
    const { data, type, retry, comment } = kept;
    const fields = Object.freeze({ data, type, retry, comment });
    const bytes = heldBytes({ id, topic, event: fields, frame }, idempotencyKey);
    if (bytes > this.#maxBytes) {
      throw new EventStreamUsageError(
        'EVENT_TOO_LARGE',
        `The event takes ${bytes} bytes of memory, but the whole log may hold ${this.#maxBytes}: raise maxBytes`,
      );
    }
    // Without a spread, which would take longer than all the rest.
    const held = { id, topic, event: fields, frame, added: performance.now(), bytes, idempotencyKey };
    this.#admit(bytes, options);
    this.#held.push(held);
    this.#seal.added(options);
    if (idempotencyKey !== undefined) this.#byKey.set(idempotencyKey, held);
    this.#seq++;
    this.#bytes += bytes;
    this.#trim();
    this.#notify();
    return held;
  }

  lastId(): string {
    return this.#id(this.#seq);
  }

  compare(a: string, b: string): number {
    return this.#own(a) - this.#own(b);
  }

  cursorBefore(id: string): string {
    return this.#id(this.#own(id) - 1);
  }

  async read(after: string, options: ReadOptions): Promise<LogPage> {
    checkReadOptions(options);
    const { limit, maxBytes = EVERYTHING.maxBytes, maxReplayBytes = EVERYTHING.maxReplayBytes } = options;
    return this.#page(after, { limit, maxBytes, maxReplayBytes });
  }

  async follow(after: string, listener: (batch: LogPage) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const page = this.#page(after, EVERYTHING);
    // Nothing is awaited up to here, so the page reaches to the head, and the tail stands behind it.
    const tail = { seq: this.#seq, listener, signal };
    this.#tails.add(tail);
    signal.addEventListener('abort', () => this.#tails.delete(tail), { once: true });
    if (page.gap || page.end || page.events.length > 0) call(tail, page);
  }

  #page(after: string, { limit, maxBytes, maxReplayBytes }: typeof EVERYTHING): LogPage {
    this.#trim();
    const seq = after === '' ? 0 : this.#parse(after);
    if (seq === undefined || seq > this.#seq)
      return this.#pageOf(this.#after(this.#newest(maxReplayBytes), limit, maxBytes), true);
    const gap = seq < this.#removed;
    return this.#pageOf(this.#after(gap ? this.#removed : seq, limit, maxBytes), gap);
  }

  #pageOf(events: LoggedEvent[], gap: boolean): LogPage {
    const { end } = this.#seal;
    const isLast = end !== undefined && (events.at(-1) ?? this.#newestHeld) === this.#newestHeld;
    return isLast ? { events, gap, end } : { events, gap };
  }

  get #newestHeld(): LoggedEvent | undefined {
    return this.#held.at(this.#held.length - 1);
  }

  /** How many have been removed, which is also the number of the newest of them. */
  get #removed(): number {
    return this.#seq - this.#held.length;
  }

  #after(seq: number, limit: number, maxBytes: number): LoggedEvent[] {
    const from = seq - this.#removed;
    const most = Math.min(limit, this.#held.length - from);
    if (maxBytes >= this.#bytes) return this.#held.slice(from, from + most);
    let [count, bytes] = [0, 0];
    while (count < most) {
      bytes += this.#held.at(from + count)?.frame.byteLength ?? 0;
      if (count > 0 && bytes > maxBytes) break;
      count++;
    }
    return this.#held.slice(from, from + count);
  }

  /** The place behind which stand the newest events whose frames are no more than `maxBytes` together. */
  #newest(maxBytes: number): number {
    if (maxBytes >= this.#bytes) return this.#removed;
    let index = this.#held.length;
    for (let bytes = 0; index > 0; index--) {
      bytes += this.#held.at(index - 1)?.frame.byteLength ?? 0;
      if (bytes > maxBytes) break;
    }
    return this.#removed + index;
  }

  #trim(): void {
    const oldest = performance.now() - this.#maxAge;
    for (;;) {
      const { first, length } = this.#held;
      if (!first) break;
      if (length <= this.#maxEvents && this.#bytes <= this.#maxBytes && first.added >= oldest) break;
      this.#held.shift();
      if (first.idempotencyKey !== undefined) this.#byKey.delete(first.idempotencyKey);
      this.#bytes -= first.bytes;
    }
  }

  /**
   * A listener may append. The call that is notifying goes round again then, so that all hear of everything
   * in order.
   */
  #notify(): void {
    if (this.#notifying) return;
    this.#notifying = true;
    for (let again = true; again; ) {
      again = false;
      for (const tail of this.#tails) {
        if (tail.seq >= this.#seq) continue;
        again = true;
        const gap = tail.seq < this.#removed;
        const { limit, maxBytes } = EVERYTHING;
        const events = this.#after(Math.max(tail.seq, this.#removed), limit, maxBytes);
        tail.seq = this.#seq;
        call(tail, this.#pageOf(events, gap));
      }
    }
    this.#notifying = false;
  }

  #id(seq: number): string {
    // Not before it is needed: some runtimes have no randomness while a module is being loaded.
    this.#epoch ||= Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) => word.toString(36)).join(
      '',
    );
    return `${this.#epoch}.${seq}`;
  }

  #parse(id: string): number | undefined {
    const dot = id.indexOf('.');
    const seq = Number(id.slice(dot + 1));
    // Written back, so that of all ways to write a number only ours is an id.
    return Number.isSafeInteger(seq) && seq >= 0 && this.#id(seq) === id ? seq : undefined;
  }

  #own(id: string): number {
    const seq = this.#parse(id);
    if (seq !== undefined) return seq;
    throw new EventStreamUsageError(
      'FOREIGN_ID',
      `${JSON.stringify(id)} is no id of this log: read() it first`,
    );
  }
}

/**
 * A listener that throws breaks its promise: said aloud, and kept from whoever appends and from the other
 * listeners.
 */
function call(tail: Tail, page: LogPage): void {
  if (tail.signal.aborted) return;
  try {
    tail.listener(page);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
