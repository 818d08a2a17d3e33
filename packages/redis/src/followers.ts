import type { LogPage } from '@eventwire/server';
import { comparePlaces, parseId, type RedisId } from './redis-id';
import { unavailable } from './refusals';

/** A page, and the newest entry by then. */
export interface PageAtHead extends LogPage {
  readonly head: string;
}

/** Tells of new entries. */
export interface Waking {
  /** Rejects if it cannot wait now. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface Follower {
  after: string;
  readonly listener: (batch: LogPage) => void;
  readonly signal: AbortSignal;
  /** It has been told that the log is sealed. */
  knowsEnd: boolean;
  /**
   * The reading under way. Only one at a time, or two would give it the same. Settles with the newest entry
   * that it knows of.
   */
  advancing: Promise<string>;
}

/**
 * All that follow one log. They share the connection that waits, and each reads by itself what follows its
 * place.
 */
export class Followers {
  readonly #waking: (look: () => Promise<string>) => Waking;
  readonly #idPrefix: string;
  readonly #page: (after: string) => Promise<PageAtHead>;
  readonly #all = new Set<Follower>();
  #wakeUp: { readonly instance: Waking; readonly started: Promise<void> } | undefined;

  constructor(
    waking: (look: () => Promise<string>) => Waking,
    idPrefix: string,
    page: (after: string) => Promise<PageAtHead>,
  ) {
    this.#waking = waking;
    this.#idPrefix = idPrefix;
    this.#page = page;
  }

  /** Settles once it follows. */
  async add(after: string, listener: Follower['listener'], signal: AbortSignal): Promise<void> {
    const follower = { after, listener, signal, knowsEnd: false, advancing: Promise.resolve('') };
    // First, so that the connection that waits is not given up meanwhile, when another leaves.
    this.#all.add(follower);
    signal.addEventListener('abort', () => this.#leave(follower), { once: true });
    try {
      await this.#awake();
      await this.#advance(follower);
    } catch (error) {
      this.#leave(follower);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#all.clear();
    await this.#sleep();
  }

  /** Gives a follower all that it has not had. */
  #advance(follower: Follower): Promise<string> {
    follower.advancing = follower.advancing.catch(() => '').then(() => this.#readOn(follower));
    return follower.advancing;
  }

  async #readOn(follower: Follower): Promise<string> {
    while (this.#all.has(follower)) {
      const { head, ...page } = await this.#page(follower.after);
      if (!this.#all.has(follower)) break;
      const { events, gap, end } = page;
      const last = events.at(-1)?.id;
      follower.after = last ?? (gap ? head : follower.after);
      const ends = end !== undefined && !follower.knowsEnd;
      follower.knowsEnd = end !== undefined;
      if (gap || last !== undefined || ends) follower.listener(page);
      if (last === undefined || last === head) return head;
    }
    return '';
  }

  async #awake(): Promise<void> {
    if (!this.#wakeUp) {
      const instance = this.#waking(() => this.#look());
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

  /** Gives the entry after which everything is new to all of them. */
  async #look(): Promise<string> {
    const heads = await Promise.all([...this.#all].map((follower) => this.#advance(follower)));
    const known = heads
      .map((head) => parseId(head, this.#idPrefix))
      .filter((id): id is RedisId => id !== undefined);
    return known.sort(comparePlaces)[0]?.entry ?? '0-0';
  }

  #leave(follower: Follower): void {
    this.#all.delete(follower);
    if (this.#all.size === 0) void this.#sleep();
  }

  async #sleep(): Promise<void> {
    const wakeUp = this.#wakeUp;
    this.#wakeUp = undefined;
    await wakeUp?.instance.stop();
  }
}
