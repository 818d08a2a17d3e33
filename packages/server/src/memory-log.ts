import {
  type EventInput,
  encode,
  refuseId,
  refuseReservedType,
  ServerEvent,
  type ServerEventInit,
} from '@eventwire/encoder';
import { utf8, withId } from './block';
import { checkInteger, checkOptions } from './check-option';
import type { AppendOptions, EventLog, LoggedEvent, LogPage } from './event-log';
import { EventStreamUsageError } from './event-stream-usage-error';

/** How much a memory log keeps. The oldest events are removed first. */
export interface MemoryLogOptions {
  /** Events; default 10000. */
  maxEvents?: number | undefined;
  /** Milliseconds since an event was added; default: no limit. Nothing is removed by a timer, but nothing older is given out. */
  maxAge?: number | undefined;
  /** Bytes of encoded blocks; default 64 MiB. An event that is larger alone is refused. */
  maxBytes?: number | undefined;
}

/**
 * A log in this process's memory: for one process, and gone with it.
 *
 * @throws EventStreamUsageError `INVALID_OPTION`
 */
export function createMemoryLog(options: MemoryLogOptions = {}): EventLog {
  checkOptions(options);
  const { maxEvents = 10_000, maxAge, maxBytes = 64 * 1024 * 1024 } = options;
  checkInteger('maxEvents', maxEvents, 1, Number.MAX_SAFE_INTEGER);
  checkInteger('maxBytes', maxBytes, 1, Number.MAX_SAFE_INTEGER);
  if (maxAge !== undefined) checkInteger('maxAge', maxAge, 1, Number.MAX_SAFE_INTEGER);
  return new MemoryLog(maxEvents, maxAge ?? Number.POSITIVE_INFINITY, maxBytes);
}

interface Held extends LoggedEvent {
  readonly added: number;
  readonly idempotencyKey: string | undefined;
}

interface Tail {
  /** The newest number that it has been given, or need not be. */
  seq: number;
  readonly listener: (batch: LogPage) => void;
  readonly signal: AbortSignal;
}

class MemoryLog implements EventLog {
  readonly #maxEvents: number;
  readonly #maxAge: number;
  readonly #maxBytes: number;
  #epoch = '';
  /** Events in order, numbered without a hole up to `#seq`. Those before `#start` have been removed. */
  #held: (Held | undefined)[] = [];
  #start = 0;
  #seq = 0;
  #bytes = 0;
  /** Those of the events that are held. */
  readonly #byKey = new Map<string, Held>();
  readonly #tails = new Set<Tail>();
  #notifying = false;

  constructor(maxEvents: number, maxAge: number, maxBytes: number) {
    this.#maxEvents = maxEvents;
    this.#maxAge = maxAge;
    this.#maxBytes = maxBytes;
  }

  append(event: EventInput, { topic, idempotencyKey }: AppendOptions = {}): LoggedEvent {
    const settled = settle(event);
    refuseId(settled);
    refuseReservedType(settled);
    this.#trim();
    const known = idempotencyKey === undefined ? undefined : this.#byKey.get(idempotencyKey);
    if (known) return known;
    const { data, type, retry, comment, block } = settled;
    const id = this.#id(this.#seq + 1);
    const frame = utf8(withId(block, id));
    if (frame.byteLength > this.#maxBytes) {
      throw new EventStreamUsageError(
        'EVENT_TOO_LARGE',
        `The event takes ${frame.byteLength} bytes, but the whole log may hold ${this.#maxBytes}: raise maxBytes`,
      );
    }
    const fields = Object.freeze({ data, type, retry, comment });
    const held = { id, topic, event: fields, frame, added: performance.now(), idempotencyKey };
    this.#held.push(held);
    if (idempotencyKey !== undefined) this.#byKey.set(idempotencyKey, held);
    this.#seq++;
    this.#bytes += frame.byteLength;
    this.#trim();
    this.#notify();
    return held;
  }

  head(): string {
    return this.#id(this.#seq);
  }

  compare(a: string, b: string): number {
    return this.#own(a) - this.#own(b);
  }

  cursorBefore(id: string): string {
    return this.#id(this.#own(id) - 1);
  }

  async read(after: string, { limit }: { limit: number }): Promise<LogPage> {
    checkInteger('limit', limit, 1, Number.MAX_SAFE_INTEGER);
    return this.#page(after, limit);
  }

  async tail(after: string, listener: (batch: LogPage) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const page = this.#page(after, Number.MAX_SAFE_INTEGER);
    // Nothing is awaited up to here, so the page reaches to the head, and the tail stands behind it.
    const tail = { seq: this.#seq, listener, signal };
    this.#tails.add(tail);
    signal.addEventListener('abort', () => this.#tails.delete(tail), { once: true });
    if (page.gap || page.events.length > 0) call(tail, page);
  }

  #page(after: string, limit: number): LogPage {
    this.#trim();
    const seq = this.#parse(after);
    const gap = seq === undefined || seq > this.#seq || seq < this.#removed;
    return { events: this.#after(gap ? this.#removed : seq, limit), gap };
  }

  /** How many have been removed, which is also the number of the newest of them. */
  get #removed(): number {
    return this.#seq - (this.#held.length - this.#start);
  }

  #after(seq: number, limit: number): LoggedEvent[] {
    const from = this.#start + seq - this.#removed;
    return this.#held.slice(from, Math.min(from + limit, this.#held.length)) as LoggedEvent[];
  }

  #trim(): void {
    const oldest = performance.now() - this.#maxAge;
    for (;;) {
      const first = this.#held[this.#start];
      if (!first) break;
      const count = this.#held.length - this.#start;
      if (count <= this.#maxEvents && this.#bytes <= this.#maxBytes && first.added >= oldest) break;
      this.#held[this.#start++] = undefined;
      if (first.idempotencyKey !== undefined) this.#byKey.delete(first.idempotencyKey);
      this.#bytes -= first.frame.byteLength;
    }
    // Moved together only when half of it is empty: each event is moved once on average.
    if (this.#start > 32 && this.#start * 2 > this.#held.length) {
      this.#held = this.#held.slice(this.#start);
      this.#start = 0;
    }
  }

  /** A listener may append. Whoever is notifying goes round again then, so that all hear of everything in order. */
  #notify(): void {
    if (this.#notifying) return;
    this.#notifying = true;
    for (let again = true; again; ) {
      again = false;
      for (const tail of this.#tails) {
        if (tail.seq >= this.#seq) continue;
        again = true;
        const gap = tail.seq < this.#removed;
        const events = this.#after(Math.max(tail.seq, this.#removed), Number.MAX_SAFE_INTEGER);
        tail.seq = this.#seq;
        call(tail, { events, gap });
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

/** A listener that throws breaks its promise: said aloud, and kept from whoever appends and from the other listeners. */
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

interface Settled extends ServerEventInit {
  readonly block: string;
}

/** The fields in a form that can be read again, and the encoded block. */
function settle(event: EventInput): Settled {
  if (typeof event === 'string') return { data: event, block: encode(event) };
  if (typeof event !== 'object' || event === null) return { block: encode(event) }; // which refuses it
  const fixed = event instanceof ServerEvent ? event : new ServerEvent(event.data, event);
  const { data, type, id, retry, comment } = fixed;
  return { data, type, id, retry, comment, block: fixed.toString() };
}
