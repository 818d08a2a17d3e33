import type { Matcher } from '../matching/matchers';

export interface SubscribeGrant {
  readonly topics: readonly Matcher[];
  /** Shown beside the active subscriptions that this grant allows. */
  readonly payload: unknown;
}

/** The rights that a token gives. */
export class Grants {
  readonly #publish: readonly Matcher[];
  readonly #subscribe: readonly SubscribeGrant[];

  constructor(publish: readonly Matcher[], subscribe: readonly SubscribeGrant[]) {
    this.#publish = publish;
    this.#subscribe = subscribe;
  }

  get canPublish(): boolean {
    return this.#publish.length > 0;
  }

  publishes(topic: string): boolean {
    return this.#publish.some((matcher) => matcher.matches(topic));
  }

  /** Whether an update with these topics may be read: one of them is enough. */
  reads(topics: readonly string[]): boolean {
    return topics.some((topic) =>
      this.#subscribe.some(({ topics: granted }) => granted.some((matcher) => matcher.matches(topic))),
    );
  }

  /** The payload of the first grant that covers a subscription, whose own match counts as a topic. */
  payloadFor(match: string): unknown {
    return this.#subscribe.find(({ topics }) => topics.some((matcher) => matcher.matches(match)))?.payload;
  }
}

/** Of a client without a token. */
export const NO_GRANTS = new Grants([], []);
