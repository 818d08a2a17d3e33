import type { EventInput } from '@eventwire/encoder';
import type { AppendOptions, EventLog, LoggedEvent, LogPage } from '@eventwire/server';
import { fromEntry, toFields } from './entry-fields';
import { comparePlaces, formatBefore, formatId, parseId, type RedisId } from './redis-id';
import { RedisLogError } from './redis-log-error';
import { type RedisLogOptions, type ResolvedRedisLogOptions, resolveOptions } from './redis-log-options';
import { type Entry, readEntries, readValues } from './replies';
import { ScriptRunner, unavailable } from './script-runner';
import { APPEND, HEAD, PAGE } from './scripts';
import { WakeUp } from './wake-up';

/** Events per reading of a tail. */
const TAIL_PAGE = 500;
/** Ms for which Redis remembers what a log had under way that has not been heard of since. */
const MEMORY = 24 * 60 * 60 * 1000;
/** Ms for which Redis knows an event again by its idempotency key. */
const KEY_MEMORY = 60 * 60 * 1000;

/**
 * A log in a Redis stream: for any number of processes, each with a log of its own on the same key. Whoever appends, all have the same
 * events in the same order.
 *
 * @throws RedisLogError `INVALID_OPTION`
 */
export function createRedisLog(options: RedisLogOptions): EventLog & AsyncDisposable {
  return new RedisLog(resolveOptions(options));
}

interface Tail {
  after: string;
  readonly listener: (batch: LogPage) => void;
  readonly signal: AbortSignal;
}

class RedisLog implements EventLog, AsyncDisposable {
  readonly #options: ResolvedRedisLogOptions;
  readonly #scripts: ScriptRunner;
  /** Under which Redis knows an append of this log again. */
  readonly #writer = randomName();
  /** Of the appends that wait for their answer, in order. */
  readonly #waiting = new Set<number>();
  #lastNumber = 0;
  readonly #tails = new Set<Tail>();
  #wakeUp: { readonly instance: WakeUp; readonly started: Promise<void> } | undefined;
  #disposed = false;
  /** The newest that is known. */
  #epoch = '';

  constructor(options: ResolvedRedisLogOptions) {
    this.#options = options;
    this.#scripts = new ScriptRunner(options.client, options.commandTimeout);
  }

  async append(event: EventInput, { topic, idempotencyKey }: AppendOptions = {}): Promise<LoggedEvent> {
    const fields = toFields(event, topic);
    const number = ++this.#lastNumber;
    this.#waiting.add(number);
    const [lowest = number] = this.#waiting;
    const { key, maxEvents } = this.#options;
    try {
      const args = [maxEvents, number, lowest, MEMORY, KEY_MEMORY].map(String);
      const keys = [`${key}:writer:${this.#writer}`];
      if (idempotencyKey !== undefined) keys.push(`${key}:key:${idempotencyKey}`);
      const [, id] = await this.#run(APPEND, 2, [...args, ...fields], keys);
      const map = new Map<string, unknown>();
      for (let i = 0; i < fields.length; i += 2) map.set(fields[i] ?? '', fields[i + 1]);
      return fromEntry(map, String(id));
    } finally {
      this.#waiting.delete(number);
    }
  }

  async head(): Promise<string> {
    const [epoch, entry] = await this.#run(HEAD, 2);
    return formatId(String(epoch), String(entry));
  }

  compare(a: string, b: string): number {
    const [one, other] = [own(a), own(b)];
    if (one.epoch === other.epoch) return comparePlaces(one, other);
    // What one reader has seen of a new epoch already is ahead of another's place in the old one.
    if (one.epoch === this.#epoch) return 1;
    if (other.epoch === this.#epoch) return -1;
    throw new RedisLogError('FOREIGN_ID', `${a} and ${b} are of different epochs: read() them first`);
  }

  cursorBefore(id: string): string {
    return formatBefore(own(id));
  }

  async read(after: string, { limit }: { limit: number }): Promise<LogPage> {
    const { events, gap } = await this.#page(after, limit);
    return { events, gap };
  }

  async tail(after: string, listener: (batch: LogPage) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const tail: Tail = { after, listener, signal };
    // First, so that the connection that waits is not given up meanwhile by who leaves.
    this.#tails.add(tail);
    signal.addEventListener('abort', () => this.#leave(tail), { once: true });
    try {
      await this.#awake();
      await this.#advance(tail);
    } catch (error) {
      this.#leave(tail);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#scripts.stop();
    this.#tails.clear();
    await this.#sleep();
  }

  /** The page behind `after`, whether events are missing before it, and the newest entry by then: all at one moment. */
  async #page(after: string, limit: number): Promise<LogPage & { head: string }> {
    const place = parseId(after);
    const where = [place?.epoch ?? '', place?.entry ?? '', place?.before ? 'before' : ''];
    const [found, last, gap, entries] = await this.#run(PAGE, 4, [...where, String(limit)]);
    const epoch = String(found);
    return {
      events: readEntries(entries).map((entry) => this.#event(entry, formatId(epoch, entry.id))),
      gap: gap === 1,
      head: formatId(epoch, String(last)),
    };
  }

  /** What somebody else has put into the stream is told, and passed over: an event without data moves readers on. */
  #event({ fields }: Entry, id: string): LoggedEvent {
    try {
      return fromEntry(fields, id);
    } catch (error) {
      this.#options.onError(error);
      return fromEntry(new Map([['event', '{}']]), id);
    }
  }

  /** Gives a tail all that it has not had. Only one reading at a time, or two would give it the same. */
  readonly #advancing = new WeakMap<Tail, Promise<void>>();
  #advance(tail: Tail): Promise<void> {
    const before = this.#advancing.get(tail) ?? Promise.resolve();
    const now = before.catch(() => {}).then(() => this.#readOn(tail));
    this.#advancing.set(tail, now);
    return now;
  }

  async #readOn(tail: Tail): Promise<void> {
    for (;;) {
      if (tail.signal.aborted || this.#disposed) return;
      const { events, gap, head } = await this.#page(tail.after, TAIL_PAGE);
      if (tail.signal.aborted || this.#disposed) return;
      tail.after = events.at(-1)?.id ?? (gap ? head : tail.after);
      if (gap || events.length > 0) tail.listener({ events, gap });
      if (events.length < TAIL_PAGE) return;
    }
  }

  async #awake(): Promise<void> {
    this.#refuseDisposed();
    if (!this.#wakeUp) {
      const instance = new WakeUp(this.#options, () => this.#look());
      this.#wakeUp = { instance, started: instance.start() };
    }
    const current = this.#wakeUp;
    try {
      await current.started;
    } catch (cause) {
      if (this.#wakeUp === current) this.#wakeUp = undefined;
      throw unavailable(cause);
    }
  }

  async #look(): Promise<string> {
    // Asked first: what comes later wakes again.
    const newest = await this.head();
    await Promise.all([...this.#tails].map((tail) => this.#advance(tail)));
    return own(newest).entry;
  }

  #leave(tail: Tail): void {
    this.#tails.delete(tail);
    if (this.#tails.size === 0) void this.#sleep();
  }

  async #sleep(): Promise<void> {
    const wakeUp = this.#wakeUp;
    this.#wakeUp = undefined;
    await wakeUp?.instance.stop();
  }

  /** Runs a script on the stream, the epoch and `keys`. It gives the epoch first. */
  async #run(script: string, values: number, args: string[] = [], keys: string[] = []): Promise<unknown[]> {
    this.#refuseDisposed();
    const { key } = this.#options;
    const all = [key, `${key}:epoch`, ...keys];
    const reply = readValues(await this.#scripts.run(script, all, [randomName(), ...args]), values);
    this.#epoch = String(reply[0]);
    return reply;
  }

  #refuseDisposed(): void {
    if (this.#disposed) throw new RedisLogError('CLOSED', 'The log was disposed: make another');
  }
}

function own(id: string): RedisId {
  const parsed = parseId(id);
  if (parsed) return parsed;
  throw new RedisLogError('FOREIGN_ID', `${JSON.stringify(id)} is no id of this log: read() it first`);
}

function randomName(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) => word.toString(36)).join('');
}
