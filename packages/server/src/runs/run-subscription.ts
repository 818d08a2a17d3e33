import type { Follower, Subscriber, Subscription } from '../stream/subscriber';

/** A follower of a run, from before it is known whether there is such a run. */
export class RunSubscription implements Subscription, Follower {
  readonly #subscriber: Subscriber;
  readonly closed: Promise<void>;
  #resolve: () => void = () => {};
  #inner: Subscription | undefined;
  #isClosed = false;

  constructor(subscriber: Subscriber) {
    this.#subscriber = subscriber;
    this.closed = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    subscriber.follow?.(this);
  }

  idleFrame(): undefined {}

  get cursor(): string {
    return this.#inner?.cursor ?? this.#subscriber.lastEventId;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** It goes on as this one. */
  becomes(subscribe: () => Subscription): void {
    this.#subscriber.unfollow?.(this);
    const inner = subscribe();
    this.#inner = inner;
    inner.closed.then(() => this.close());
    if (this.#isClosed) inner.close();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#inner) this.#inner.close();
    else this.#subscriber.unfollow?.(this);
    this.#resolve();
  }
}
