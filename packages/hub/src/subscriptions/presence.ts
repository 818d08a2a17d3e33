import type { Publisher } from '../publish/publisher';
import type { ConnectedSubscriber } from '../subscribe/hub-subscriber';
import { type ActiveSubscription, announcement, subscriptionsOf } from './documents';
import type { SubscriptionStore } from './store';

interface PresenceOptions {
  readonly store: SubscriptionStore;
  readonly publisher: Publisher;
  readonly hubPath: string;
  readonly report: (error: unknown) => void;
}

/** Announces subscriptions as they begin and end, and knows those that are active, on all processes. */
export class Presence {
  readonly #options: PresenceOptions;
  /** The announcements under way. */
  readonly #pending = new Set<Promise<void>>();

  constructor(options: PresenceOptions) {
    this.#options = options;
    const { store } = options;
    store.onChange?.((texts, active) => void this.#run(() => this.#announce(texts.map(parse), active)));
  }

  /** @param left settles once the subscriber has left */
  follow(subscriber: ConnectedSubscriber, left: Promise<void>): void {
    const subscriptions = subscriptionsOf(subscriber, this.#options.hubPath);
    const { store } = this.#options;
    // The store comes before the announcement: a client that reads the list after it was told misses nothing.
    const entered = this.#run(async () => {
      await store.add(new Map(subscriptions.map((one) => [one.id, JSON.stringify(one)])));
      await this.#announce(subscriptions, true);
    });
    void left.then(() =>
      this.#run(async () => {
        await entered;
        await store.remove(subscriptions.map(({ id }) => id));
        await this.#announce(subscriptions, false);
      }),
    );
  }

  async list(): Promise<ActiveSubscription[]> {
    return (await this.#options.store.list()).map(parse);
  }

  /** Settles once everything that has happened is announced. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  async #announce(subscriptions: readonly ActiveSubscription[], active: boolean): Promise<void> {
    for (const subscription of subscriptions)
      await this.#options.publisher.publishAlways(announcement(subscription, active));
  }

  #run(step: () => Promise<void>): Promise<void> {
    const running = step().catch(this.#options.report);
    this.#pending.add(running);
    void running.then(() => this.#pending.delete(running));
    return running;
  }
}

function parse(text: string): ActiveSubscription {
  return JSON.parse(text);
}
