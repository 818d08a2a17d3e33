import type { Subscriber, Subscription } from '../stream/subscriber';

/** A follower of a run, from before it is known whether there is such a run. */
export class RunSubscription implements Subscription {
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
  }

  get cursor(): string {
    return this.#inner?.cursor ?? this.#subscriber.lastEventId;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** It goes on as this one. */
  becomes(inner: Subscription): void {
    this.#inner = inner;
    inner.closed.then(() => this.close());
    if (this.#isClosed) inner.close();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#inner?.close();
    this.#resolve();
  }
}
