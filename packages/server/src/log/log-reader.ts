import { afterThisTurn } from '@eventwire/options';
import type { Wait } from '../wait';
import type { EventLog, LoggedEvent } from './event-log';
import type { ReservedEvents } from './reserved-events';

/**
 * Questions that are under way at once. The log's connection carries what is published too, which must not
 * queue up behind them.
 */
const AT_ONCE = 4;
/** Events per page. */
const PAGE = 256;
/** Bytes per page. A subscriber that takes nothing keeps its page in memory for as long. */
export const PAGE_BYTES = 256 * 1024;

/** A page of a log, as it may be delivered. */
export interface ReadPage {
  readonly events: readonly LoggedEvent[];
  readonly gap: boolean;
  /** The place up to which has been read; `undefined` if nothing follows. */
  readonly end: string | undefined;
}

interface Waiter {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

interface Question {
  readonly ask: () => unknown;
  readonly waiters: Set<Waiter>;
}

/**
 * The one way in which a channel's subscribers read its log: a few questions at a time, in order of
 * arrival. Equal ones are asked once, and those of subscribers that have left meanwhile not at all.
 */
export class LogReader {
  readonly #log: EventLog;
  readonly #maxReplayBytes: number;
  readonly #reserved: ReservedEvents;
  /** By what they ask; in order. */
  readonly #waiting = new Map<string, Question>();
  /**
   * The questions under way. An equal question that comes meanwhile is asked after it: an old result might
   * be wrong by now.
   */
  readonly #underWay = new Set<string>();
  #newestAsked: Promise<string> | undefined;

  constructor(log: EventLog, maxReplayBytes: number, reserved: ReservedEvents) {
    this.#log = log;
    this.#maxReplayBytes = maxReplayBytes;
    this.#reserved = reserved;
  }

  /**
   * Asked within the call, since an event that is published right after it has to follow. Subscribers that come in
   * one turn share the response of a log that is not local, unless something was published between them.
   */
  lastId(): Wait<string> {
    const asked = this.#newestAsked ?? (async () => this.#log.lastId())();
    if (!this.#log.isLocal && this.#newestAsked === undefined) {
      this.#newestAsked = asked;
      afterThisTurn(() => this.published());
      asked.catch(() => this.published());
    }
    let drop = () => {};
    const result = new Promise<string | undefined>((resolve, reject) => {
      drop = () => resolve(undefined);
      asked.then(resolve, reject);
    });
    return { result, drop };
  }

  /** The channel is about to publish: a newest id that was asked for before is no longer the newest. */
  published(): void {
    this.#newestAsked = undefined;
  }

  page(after: string): Wait<ReadPage> {
    return this.#wait(`page ${after}`, async () => {
      const bounds = { limit: PAGE, maxBytes: PAGE_BYTES, maxReplayBytes: this.#maxReplayBytes };
      const { events, gap } = await this.#log.read(after, bounds);
      return { events: this.#reserved.without(events), gap, end: events.at(-1)?.id };
    });
  }

  /** The place of an id that a publisher chose; `undefined` if the log has none. */
  locate(wireId: string): Wait<string> {
    return this.#wait(`place ${wireId}`, async () => this.#log.locate?.(wireId));
  }

  /** Whether the log still has all that follows this place. */
  isGap(after: string): Wait<boolean> {
    return this.#wait(`gap ${after}`, async () => (await this.#log.read(after, { limit: 1 })).gap);
  }

  #wait<T>(key: string, ask: () => Promise<T | undefined>): Wait<T> {
    const question = this.#waiting.get(key) ?? { ask, waiters: new Set<Waiter>() };
    this.#waiting.set(key, question);
    let drop = () => {};
    const result = new Promise<T | undefined>((resolve, reject) => {
      const waiter: Waiter = { resolve: (result) => resolve(result as T), reject };
      question.waiters.add(waiter);
      drop = () => {
        question.waiters.delete(waiter);
        if (question.waiters.size === 0 && this.#waiting.get(key) === question) this.#waiting.delete(key);
        resolve(undefined);
      };
    });
    this.#askNext();
    return { result, drop };
  }

  #askNext(): void {
    for (const [key, question] of this.#waiting) {
      if (this.#underWay.size >= AT_ONCE) return;
      if (this.#underWay.has(key)) continue;
      this.#waiting.delete(key);
      void this.#ask(key, question);
    }
  }

  async #ask(key: string, { ask, waiters }: Question): Promise<void> {
    this.#underWay.add(key);
    try {
      const result = await ask();
      for (const { resolve } of waiters) resolve(result);
    } catch (error) {
      for (const { reject } of waiters) reject(error);
    }
    this.#underWay.delete(key);
    this.#askNext();
  }
}
