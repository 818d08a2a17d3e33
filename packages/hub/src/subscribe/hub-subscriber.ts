import type { LoggedEvent } from '@eventwire/server';
import type { Matcher, TopicMatcher } from '../matching/matchers';
import type { Token } from '../tokens/authentication';
import { type Grants, NO_GRANTS } from '../tokens/grants';

/** A client that follows the hub, as `disconnect` sees it. */
export interface HubSubscriber {
  /** Of this connection: a random URN. */
  readonly id: string;
  readonly protocol: '1.0' | '0.x';
  readonly matchers: readonly TopicMatcher[];
  /** The claims of its token; `undefined` if it has none. */
  readonly claims: Readonly<Record<string, unknown>> | undefined;
}

export class ConnectedSubscriber implements HubSubscriber {
  readonly protocol: '1.0' | '0.x';
  readonly matchers: readonly Matcher[];
  readonly #token: Token | undefined;
  #id: string | undefined;

  constructor(protocol: '1.0' | '0.x', matchers: readonly Matcher[], token: Token | undefined) {
    this.protocol = protocol;
    this.matchers = matchers;
    this.#token = token;
  }

  /** Made once somebody asks, since most hubs never do. */
  get id(): string {
    this.#id ??= `urn:uuid:${crypto.randomUUID()}`;
    return this.#id;
  }

  get claims(): Token['claims'] | undefined {
    return this.#token?.claims;
  }

  get grants(): Grants {
    return this.#token?.grants ?? NO_GRANTS;
  }
}

/** The attribute of updates that only some may read. */
export const PRIVATE = 'private';

/** A channel's filter. Which topics a subscriber has chosen grants nothing. */
export function mayRead(event: LoggedEvent, subscriber: unknown): boolean {
  return (
    event.attributes[PRIVATE] === undefined || (subscriber as ConnectedSubscriber).grants.reads(event.topics)
  );
}
