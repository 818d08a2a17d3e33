import { type EventInput, encode, refuseId, refuseReservedType, ServerEventError } from '@eventwire/encoder';
import {
  checkOptions,
  checkReadOptions,
  isIdPrefix,
  isInteger,
  type OptionRules,
  randomName,
} from '@eventwire/options';
import { EventStreamUsageError } from '../errors';
import { utf8 } from '../wire/frames';
import type { AppendOptions, EventLog, LoggedEvent, LogPage, ReadOptions } from './event-log';
import { heldBytes } from './held-bytes';
import { keepFields } from './kept-fields';
import { attributesOf, topicsOf } from './labels';
import { Tails } from './memory/tails';
import { WireIds } from './memory/wire-ids';
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
  /**
   * Begins every id, such as `urn:example:` where ids have to be URIs: printable ASCII characters, no space.
   *
   * @default ''
   */
  idPrefix?: string | undefined;
}

const RULES = {
  maxEvents: isInteger(1),
  maxAge: isInteger(1, Number.MAX_SAFE_INTEGER, 'whole milliseconds of at least 1'),
  maxBytes: isInteger(1),
  idPrefix: isIdPrefix,
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
  const { maxEvents = 10_000, maxAge = Number.POSITIVE_INFINITY, idPrefix = '' } = options;
  const { maxBytes = 64 * 1024 * 1024 } = options;
  return new MemoryLog({ maxEvents, maxAge, maxBytes, idPrefix });
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

interface Limits {
  readonly maxEvents: number;
  readonly maxAge: number;
  readonly maxBytes: number;
  readonly idPrefix: string;
  /** Throws if there is no room for an event of so many bytes. */
  readonly admit?: ((bytes: number, options: AppendOptions) => void) | undefined;
}

/** Also what a run in memory is made of. */
export class MemoryLog implements EventLog {
  readonly #limits: Limits;
  /** With the prefix before it. */
  #epoch = '';
  readonly isLocal = true;
  /** Events in order, numbered without a hole up to `#seq`. */
  readonly #held = new SlidingList<Held>();
  #seq = 0;
  readonly #seal = new Seal();
  #bytes = 0;
  /** Those of the events that are held. */
  readonly #byKey = new Map<string, Held>();
  readonly #byWireId = new WireIds();
  readonly #tails = new Tails(
    (seq) => this.#pageAfter(seq),
    () => this.#seq,
  );

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  append(event: EventInput, options: AppendOptions = {}): LoggedEvent {
    const { idempotencyKey, wireId, end } = options;
    const kept = keepFields(event);
    refuseId(kept);
    if (!isEndOf(kept, end)) refuseReservedType(kept);
    this.#seal.refuseFenced(options);
    if (wireId !== undefined && this.#parse(wireId) !== undefined) throw ownPlace(wireId);
    this.#trim();
    const id = this.#id(this.#seq + 1);
    const frame = utf8(encode(kept, { id: wireId ?? id }));
    const known = idempotencyKey === undefined ? undefined : this.#byKey.get(idempotencyKey);
    if (known) return known;
    this.#seal.refuseEnded();
    const { data, type, retry, comment } = kept;
    const fields = Object.freeze({ data, type, retry, comment });
    const topics = topicsOf(options);
    const attributes = attributesOf(options);
    // Without a spread, which would take longer than all the rest.
    const held = {
      id,
      wireId,
      topic: topics[0],
      topics,
      attributes,
      event: fields,
      frame,
      added: performance.now(),
      bytes: 0,
      idempotencyKey,
    };
    held.bytes = heldBytes(held, idempotencyKey);
    const { maxBytes } = this.#limits;
    if (held.bytes > maxBytes) {
      throw new EventStreamUsageError(
        'EVENT_TOO_LARGE',
        `The event takes ${held.bytes} bytes of memory, but the whole log may hold ${maxBytes}: raise maxBytes`,
      );
    }
    this.#limits.admit?.(held.bytes, options);
    this.#held.push(held);
    this.#seal.added(options);
    if (idempotencyKey !== undefined) this.#byKey.set(idempotencyKey, held);
    this.#seq++;
    if (wireId !== undefined) this.#byWireId.add(wireId, this.#seq);
    this.#bytes += held.bytes;
    this.#trim();
    this.#tails.notify();
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

  locate(wireId: string): string | undefined {
    this.#trim();
    const seq = this.#byWireId.oldest(wireId);
    return seq === undefined ? undefined : this.#id(seq);
  }

  async read(after: string, options: ReadOptions): Promise<LogPage> {
    checkReadOptions(options);
    const { limit, maxBytes = EVERYTHING.maxBytes, maxReplayBytes = EVERYTHING.maxReplayBytes } = options;
    return this.#page(after, { limit, maxBytes, maxReplayBytes });
  }

  async follow(after: string, listener: (batch: LogPage) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const page = this.#page(after, EVERYTHING);
    // Nothing is awaited up to here, so the page reaches to the end of the log, and the tail stands behind it.
    this.#tails.add(this.#seq, page, listener, signal);
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
    const { maxEvents, maxAge, maxBytes } = this.#limits;
    const oldest = performance.now() - maxAge;
    for (;;) {
      const { first, length } = this.#held;
      if (!first) break;
      if (length <= maxEvents && this.#bytes <= maxBytes && first.added >= oldest) break;
      this.#held.shift();
      if (first.wireId !== undefined) this.#byWireId.removeOldest(first.wireId);
      if (first.idempotencyKey !== undefined) this.#byKey.delete(first.idempotencyKey);
      this.#bytes -= first.bytes;
    }
  }

  /** Everything that a tail which is at `seq` has not had yet. */
  #pageAfter(seq: number): LogPage {
    const gap = seq < this.#removed;
    const { limit, maxBytes } = EVERYTHING;
    return this.#pageOf(this.#after(Math.max(seq, this.#removed), limit, maxBytes), gap);
  }

  #id(seq: number): string {
    // Not before it is needed: some runtimes have no randomness while a module is being loaded.
    this.#epoch ||= this.#limits.idPrefix + randomName();
    return `${this.#epoch}.${seq}`;
  }

  #parse(id: string): number | undefined {
    const dot = id.lastIndexOf('.');
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

function ownPlace(wireId: string): ServerEventError {
  const message = `wireId ${JSON.stringify(wireId)} is an id of this log: choose one that no log assigns`;
  return new ServerEventError('ID_NOT_ALLOWED', 'id', message);
}
