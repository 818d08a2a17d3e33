import { BoundedMap } from './bounded-map';
import { KnownTopics, type Test } from './known-topics';
import { compileUriTemplate } from './uri-template';
import { compileUrlPattern } from './url-pattern';

/** The types of matchers. `template` is protocol 0.x's. */
export type MatchType = 'exact' | 'urlpattern' | 'template';
/** Those of protocol 1.0. */
export const MATCH_TYPES: readonly string[] = ['exact', 'urlpattern'] satisfies MatchType[];

/** A rule for topics, of a subscriber or of a token. */
export interface TopicMatcher {
  readonly type: MatchType;
  readonly match: string;
}

/** {@link TopicMatcher}, ready for use. */
export interface Matcher extends TopicMatcher {
  /** The same for equal matchers. */
  readonly key: string;
  readonly kind: 'everything' | 'equality' | 'pattern';
  matches(topic: string): boolean;
}

/** Compiled matchers that are kept, so that equal ones share what they have found out. */
const MAX_MATCHERS = 10_000;

/** As a match of any type, every topic. */
export const WILDCARD = '*';

/** Makes matchers, and remembers them. */
export class Matchers {
  readonly #base: string;
  readonly #known = new BoundedMap<string, Matcher>(MAX_MATCHERS);
  readonly #topics: KnownTopics;

  /** @param base the URL against which relative patterns and topics are resolved */
  constructor(base: string) {
    this.#base = base;
    this.#topics = new KnownTopics(base);
  }

  /** @throws Error for a match that is not valid for its type */
  compile({ type, match }: TopicMatcher): Matcher {
    const key = `${type} ${match}`;
    return this.#known.obtain(key, () => ({ type, match, key, ...this.#make(type, match) }));
  }

  #make(type: MatchType, match: string): Pick<Matcher, 'kind' | 'matches'> {
    if (match === WILDCARD) return { kind: 'everything', matches: () => true };
    const test = type === 'exact' ? undefined : this.#pattern(type, match);
    if (!test) return { kind: 'equality', matches: (topic) => topic === match };
    return { kind: 'pattern', matches: this.#topics.remembering(test) };
  }

  #pattern(type: 'urlpattern' | 'template', match: string): Test | undefined {
    if (type === 'template') {
      const expansion = compileUriTemplate(match);
      return expansion && (({ topic }) => topic === match || expansion(topic));
    }
    const test = compileUrlPattern(match, this.#base);
    return ({ url }) => url !== undefined && test(url);
  }
}
