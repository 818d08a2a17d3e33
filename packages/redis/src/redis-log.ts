import { type EventInput, ServerEventError } from '@eventwire/encoder';
import { checkReadOptions, encodeText, randomName } from '@eventwire/options';
import type { AppendOptions, EventLog, LoggedEvent, LogPage, ReadOptions } from '@eventwire/server';
import { readEnd, writeEnd } from './end';
import { Entries } from './entries';
import { fromEntry, textOf, toFields } from './entry-fields';
import { Epochs } from './epochs';
import { Followers, type PageAtHead, type Waking } from './followers';
import { ReadQueue } from './read-queue';
import { comparePlaces, formatBefore, formatId, parseId, type RedisId } from './redis-id';
import { RedisLogError } from './redis-log-error';
import { type RedisLogOptions, type ResolvedRedisLogOptions, resolveOptions } from './redis-log-options';
import { readEntries, readValues } from './replies';
import { ScriptRunner } from './script-runner';
import { APPEND, HEAD, LOCATE, PAGE } from './scripts';
import { WakeUp } from './wake-up';

/** Events per page for those that follow. */
const FOLLOWED_PAGE = 500;
/** Bytes of frames per page, unless the reader says otherwise. */
const PAGE_BYTES = 1024 * 1024;
/** Ms for which Redis remembers what a log had under way that has not been heard of since. */
const MEMORY = 24 * 60 * 60 * 1000;
/** The place before the first event, of whatever epoch. */
const START: RedisId = { epoch: '*', entry: '0-0', before: false };
/** Ms for which Redis knows an event again by its idempotency key. */
const KEY_MEMORY = 60 * 60 * 1000;

/**
 * A log in a Redis stream, for any number of processes, each with a log of its own on the same key. All of
 * them have the same events in the same order, whichever appends.
 *
 * @throws TypeError with the code `INVALID_OPTION`, whose `option` names the option
 * @example
 * ```ts
 * const client = new Redis(); // of ioredis, or a connected one of node-redis
 * const channel = createChannel({ log: createRedisLog({ client, key: 'orders' }) });
 * ```
 */
export function createRedisLog(options: RedisLogOptions): EventLog & AsyncDisposable {
  return new RedisLog(resolveOptions(options));
}

/** The scripts of a log; those of a run say more. */
interface LogScripts {
  readonly append: string;
  readonly head: string;
  readonly locate: string;
  readonly page: string;
}

/** The parts that the logs of one store share. */
export interface LogConnections {
  /** By the user's client. */
  readonly writes: ScriptRunner;
  /** By a connection of their own. */
  readonly reads: ReadQueue;
  /** Waits for new entries, of which it tells `look`. */
  waking(look: () => Promise<string>): Waking;
  /** Ms for which Redis remembers the appends under way. */
  readonly memory: number;
  readonly scripts: LogScripts;
}

/** Also what a run in Redis is made of. */
export class RedisLog implements EventLog, AsyncDisposable {
  readonly #options: ResolvedRedisLogOptions;
  readonly #writes: ScriptRunner;
  readonly #reads: ReadQueue;
  readonly #scripts: LogScripts;
  readonly #memory: number;
  readonly #entries: Entries;
  readonly #followers: Followers;
  readonly #epochs = new Epochs();
  /** Under which Redis knows an append of this log again. */
  readonly #writer = randomName();
  /** Of the appends that wait for their answer, in order. */
  readonly #waiting = new Set<number>();
  #lastNumber = 0;
  #disposed = false;

  constructor(options: ResolvedRedisLogOptions, connections: LogConnections = ownConnections(options)) {
    this.#options = options;
    this.#writes = connections.writes;
    this.#reads = connections.reads;
    this.#scripts = connections.scripts;
    this.#memory = connections.memory;
    this.#entries = new Entries(options);
    this.#followers = new Followers(
      (look) => connections.waking(look),
      options.idPrefix,
      (after) => this.#page(after, { limit: FOLLOWED_PAGE }, true),
    );
  }

  async append(event: EventInput, options: AppendOptions = {}): Promise<LoggedEvent> {
    const { wireId, idempotencyKey, term, end } = options;
    const { fields, size } = toFields(event, options);
    if (wireId !== undefined && this.#parse(wireId)) throw ownPlace(wireId);
    const number = ++this.#lastNumber;
    this.#waiting.add(number);
    const [lowest = number] = this.#waiting;
    const { key, maxEvents, idPrefix } = this.#options;
    const keys = [`${key}:writer:${this.#writer}`, ...this.#wireKeys()];
    if (idempotencyKey !== undefined) keys.push(`${key}:key:${idempotencyKey}`);
    const numbers = [maxEvents, number, lowest, this.#memory, KEY_MEMORY, size, idPrefix.length].map(String);
    try {
      const [, id, wire] = await this.#ask(
        (all, epoch) =>
          this.#writes.run(
            this.#scripts.append,
            [...all, ...keys],
            [epoch, ...numbers, wireId ?? '', String(term ?? ''), writeEnd(end), ...fields],
          ),
        2,
      );
      refuseOlder(id);
      const added = fromEntry(fields, idPrefix + String(id));
      // Of the first event with this key, if this is not the first.
      const event = { ...added, wireId: wire ? String(wire) : undefined };
      return { ...event, frame: encodeText(textOf(event)) };
    } finally {
      this.#waiting.delete(number);
    }
  }

  /** Asked where it is published, so that a place taken before a call of `append` is before its event. */
  async lastId(): Promise<string> {
    const [epoch, entry] = await this.#ask(
      (keys, epoch) => this.#writes.run(this.#scripts.head, keys, [epoch]),
      2,
    );
    return formatId(String(epoch), String(entry), this.#options.idPrefix);
  }

  compare(a: string, b: string): number {
    const [one, other] = [this.#own(a), this.#own(b)];
    if (one.epoch === other.epoch) return comparePlaces(one, other);
    // A place in the newest epoch, which one reader may know already, is ahead of any in an old one.
    if (one.epoch === this.#epochs.newest) return 1;
    if (other.epoch === this.#epochs.newest) return -1;
    throw new RedisLogError('FOREIGN_ID', `${a} and ${b} are of different epochs: read() them first`);
  }

  cursorBefore(id: string): string {
    return formatBefore(this.#own(id), this.#options.idPrefix);
  }

  async locate(wireId: string): Promise<string | undefined> {
    // No id has it, and the script could not tell where it ends.
    if (wireId === '' || wireId.includes('\0')) return undefined;
    const [wireIds] = this.#wireKeys();
    const [epoch, entry] = await this.#ask(
      (keys, epoch) => this.#reads.run(this.#scripts.locate, [...keys, wireIds], [epoch, wireId], false),
      1,
    );
    if (entry === undefined || entry === null) return undefined;
    return formatId(String(epoch), String(entry), this.#options.idPrefix);
  }

  async read(after: string, options: ReadOptions): Promise<LogPage> {
    checkReadOptions(options);
    const { head, ...page } = await this.#page(after, options, false);
    return page;
  }

  async follow(after: string, listener: (batch: LogPage) => void, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#refuseDisposed();
    await this.#followers.add(after, listener, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#writes.stop(disposed());
    this.#reads.close(disposed());
    await this.#followers.close();
  }

  /**
   * The page behind `after`, whether events are missing before it, and the newest entry by then: all at one
   * moment.
   */
  async #page(after: string, options: ReadOptions, isUrgent: boolean): Promise<PageAtHead> {
    const { limit, maxBytes = PAGE_BYTES, maxReplayBytes = '' } = options;
    const { idPrefix } = this.#options;
    const place = after === '' ? START : this.#parse(after);
    const where = [place?.epoch ?? '', place?.entry ?? '', place?.before ? 'before' : ''];
    const [found, last, gap, entries, sealed] = await this.#ask((keys, epoch) => {
      const args = [epoch, ...where, ...[limit, maxBytes, maxReplayBytes, idPrefix.length].map(String)];
      return this.#reads.run(this.#scripts.page, keys, args, isUrgent);
    }, 4);
    const epoch = String(found);
    const all = this.#entries.read(readEntries(entries), (entry) => formatId(epoch, entry, idPrefix));
    const head = formatId(epoch, String(last), idPrefix);
    const events = within(maxBytes, all);
    const page = { events, gap: gap === 1, head };
    const end = readEnd(sealed);
    return end && (events.at(-1)?.id ?? head) === head ? { ...page, end } : page;
  }

  /** By which the entries of ids that publishers chose are found, and in which order they were added. */
  #wireKeys(): [ids: string, order: string] {
    const { key } = this.#options;
    return [`${key}:wire-ids`, `${key}:wire-order`];
  }

  #parse(id: string): RedisId | undefined {
    return parseId(id, this.#options.idPrefix);
  }

  #own(id: string): RedisId {
    const parsed = this.#parse(id);
    if (parsed) return parsed;
    throw new RedisLogError('FOREIGN_ID', `${JSON.stringify(id)} is no id of this log: read() it first`);
  }

  /**
   * Asks a script about the stream and the epoch. It gets an epoch for the case that a new one is needed, and
   * gives the epoch first.
   */
  async #ask(
    ask: (keys: [string, string], epoch: string) => Promise<unknown>,
    values: number,
  ): Promise<unknown[]> {
    this.#refuseDisposed();
    const { key } = this.#options;
    const question = this.#epochs.ask();
    const answer = await ask([key, `${key}:epoch`], randomName());
    const reply = readValues(answer, isRefused(answer) ? 2 : values);
    if (reply[0] === '') refuseOlder(reply[1]);
    this.#epochs.learn(String(reply[0]), question);
    return reply;
  }

  #refuseDisposed(): void {
    if (this.#disposed) throw disposed();
  }
}

function isRefused(reply: unknown): boolean {
  return Array.isArray(reply) && reply[0] === '';
}

/** The connections of one log that shares them with none. */
function ownConnections(options: ResolvedRedisLogOptions): LogConnections {
  const { client, commandTimeout: timeout, maxPendingBytes } = options;
  return {
    writes: new ScriptRunner(client, { timeout, maxPendingBytes }),
    reads: new ReadQueue(options),
    waking: (look) => new WakeUp(options, look),
    memory: MEMORY,
    scripts: { append: APPEND, head: HEAD, locate: LOCATE, page: PAGE },
  };
}

function refuseOlder(id: unknown): void {
  if (id === 'MISSING') throw new RedisLogError('MISSING', 'There is no such run');
  if (id === 'FENCED') throw new RedisLogError('FENCED', 'The log has a publisher of a higher term: stop');
  if (id === 'ENDED') throw new RedisLogError('ENDED', 'The log was sealed by its end: add nothing more');
}

/** Entries that do not say how large they are may have brought more than was asked for. */
function within(maxBytes: number, events: LoggedEvent[]): LoggedEvent[] {
  let bytes = 0;
  const end = events.findIndex(({ frame }, index) => {
    bytes += frame.byteLength;
    return bytes > maxBytes && index > 0;
  });
  return end === -1 ? events : events.slice(0, end);
}

function disposed(): RedisLogError {
  return new RedisLogError('CLOSED', 'The log was disposed: make another');
}

function ownPlace(wireId: string): ServerEventError {
  const message = `wireId ${JSON.stringify(wireId)} looks like an id of this log: choose one that no log assigns`;
  return new ServerEventError('ID_NOT_ALLOWED', 'id', message);
}
