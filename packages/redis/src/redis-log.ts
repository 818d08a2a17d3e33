import type { EventInput } from '@eventwire/encoder';
import type { EventLog, LoggedEvent, LogPage } from '@eventwire/server';
import { fromEntry, toFields } from './entry-fields';
import { command } from './redis-client';
import { compareEntries, formatId, parseId, type RedisId, START } from './redis-id';
import { RedisLogError } from './redis-log-error';
import { type RedisLogOptions, type ResolvedRedisLogOptions, resolveOptions } from './redis-log-options';
import { type Entry, readEntries, readExec, readInfo, readText } from './replies';
import { WakeUp } from './wake-up';

/** Events per reading of a tail. */
const PAGE = 500;

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
  readonly #tails = new Set<Tail>();
  #wakeUp: { readonly instance: WakeUp; readonly started: Promise<void> } | undefined;
  #disposed = false;
  /** The newest that is known. */
  #epoch = '';

  constructor(options: ResolvedRedisLogOptions) {
    this.#options = options;
  }

  async append(
    event: EventInput,
    options?: { topic?: string | undefined } | undefined,
  ): Promise<LoggedEvent> {
    const fields = toFields(event, options?.topic);
    const { key, maxEvents } = this.#options;
    const { epoch, replies } = await this.#transact([
      ['XADD', key, 'MAXLEN', '~', String(maxEvents), '*', ...fields],
    ]);
    const entry = readText(replies[0]) ?? '';
    const map = new Map<string, unknown>();
    for (let i = 0; i < fields.length; i += 2) map.set(fields[i] ?? '', fields[i + 1]);
    return fromEntry({ id: entry, fields: map }, formatId(epoch, entry));
  }

  async head(): Promise<string> {
    const { epoch, replies } = await this.#transact([['XINFO', 'STREAM', this.#options.key]]);
    return formatId(epoch, readInfo(replies[0]).lastGenerated);
  }

  compare(a: string, b: string): number {
    const [one, other] = [own(a), own(b)];
    if (one.epoch === other.epoch) return compareEntries(one.entry, other.entry);
    // What one reader has seen of a new epoch already is ahead of another's place in the old one.
    if (one.epoch === this.#epoch) return 1;
    if (other.epoch === this.#epoch) return -1;
    throw new RedisLogError('FOREIGN_ID', `${a} and ${b} are of different epochs: read() them first`);
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
    this.#tails.clear();
    await this.#sleep();
  }

  /** The page behind `after`, whether events are missing before it, and the newest entry by then: all at one moment. */
  async #page(after: string, limit: number): Promise<LogPage & { head: string }> {
    const { key } = this.#options;
    const place = parseId(after);
    const start = place ? `(${place.entry}` : '-';
    const { epoch, replies } = await this.#transact([
      ['XINFO', 'STREAM', key],
      ['XRANGE', key, place?.entry ?? START, place?.entry ?? START, 'COUNT', '1'],
      ['XRANGE', key, start, '+', 'COUNT', String(limit)],
      ['XRANGE', key, '-', '+', 'COUNT', String(limit)],
    ]);
    const info = readInfo(replies[0]);
    const held = readEntries(replies[1]).length > 0;
    const whole = info.added === info.length;
    const good =
      place?.epoch === epoch &&
      compareEntries(place.entry, info.lastGenerated) <= 0 &&
      (held || whole || place.entry === info.lastGenerated);
    const entries = readEntries(replies[good ? 2 : 3]);
    return {
      events: entries.map((entry) => this.#event(entry, formatId(epoch, entry.id))),
      gap: !good,
      head: formatId(epoch, info.lastGenerated),
    };
  }

  /** What somebody else has put into the stream is told, and passed over: an event without data moves readers on. */
  #event(entry: Entry, id: string): LoggedEvent {
    try {
      return fromEntry(entry, id);
    } catch (error) {
      this.#options.onError(error);
      return fromEntry({ id: entry.id, fields: new Map([['event', '{}']]) }, id);
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
      const { events, gap, head } = await this.#page(tail.after, PAGE);
      if (tail.signal.aborted || this.#disposed) return;
      tail.after = events.at(-1)?.id ?? (gap ? head : tail.after);
      if (gap || events.length > 0) tail.listener({ events, gap });
      if (events.length < PAGE) return;
    }
  }

  async #awake(): Promise<void> {
    this.#refuseDisposed();
    if (!this.#wakeUp) {
      const { client, key, onError } = this.#options;
      const instance = new WakeUp(client, key, () => this.#look(), onError);
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

  /**
   * Commands as one transaction, with the epoch that holds for all of them. They are sent within one turn, so that on a connection that
   * is shared nobody else's come between.
   */
  async #transact(commands: string[][]): Promise<{ epoch: string; replies: unknown[] }> {
    this.#refuseDisposed();
    const { client, key } = this.#options;
    const epochKey = `${key}:epoch`;
    const sent = [
      ['MULTI'],
      ['SET', epochKey, newEpoch(), 'NX'],
      ['GET', epochKey],
      ...commands,
      ['EXEC'],
    ].map(([name = '', ...args]) => command(client, name, ...args));
    // All of them are answered by the last; each may be rejected beside it.
    for (const reply of sent) reply.catch(() => {});
    const [, epoch, ...replies] = readExec(await this.#answer(sent.at(-1) as Promise<unknown>));
    for (const reply of [epoch, ...replies]) {
      if (reply instanceof Error && !/no such key/i.test(reply.message)) throw unavailable(reply);
    }
    this.#epoch = readText(epoch) ?? '';
    return { epoch: this.#epoch, replies };
  }

  async #answer(reply: Promise<unknown>): Promise<unknown> {
    const { commandTimeout } = this.#options;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      const message = `Redis did not answer within ${commandTimeout} ms (commandTimeout): check that it runs, and can be reached`;
      timer = setTimeout(() => reject(new RedisLogError('TIMEOUT', message)), commandTimeout);
    });
    try {
      return await Promise.race([reply, late]);
    } catch (cause) {
      throw cause instanceof RedisLogError ? cause : unavailable(cause);
    } finally {
      clearTimeout(timer);
    }
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

function unavailable(cause: unknown): RedisLogError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new RedisLogError('UNAVAILABLE', `Redis could not be used: ${reason}`, { cause });
}

function newEpoch(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (word) => word.toString(36)).join('');
}
