import { BoundedMap } from './bounded-map';
import { compileUriTemplate } from './uri-template';
import { compileUrlPattern, type UrlComponents, urlComponents } from './url-pattern';

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
/** Topics that are kept taken apart, for all patterns. */
const MAX_TOPICS = 1000;
/** Topics of which each pattern knows whether it matches. */
const MAX_RESULTS = 64;

/** As a match of any type, every topic. */
export const WILDCARD = '*';

/** Makes matchers, and remembers them. */
export class Matchers {
  readonly #base: string;
  readonly #known = new BoundedMap<string, Matcher>(MAX_MATCHERS);
  readonly #topics = new BoundedMap<string, { readonly url: UrlComponents | undefined }>(MAX_TOPICS);

  /** @param base the URL against which relative patterns and topics are resolved */
  constructor(base: string) {
    this.#base = base;
  }

  /** @throws Error for a match that is not valid for its type */
  compile({ type, match }: TopicMatcher): Matcher {
    const key = `${type} ${match}`;
    const known = this.#known.get(key);
    if (known) return known;
    const made = { type, match, key, ...this.#make(type, match) };
    this.#known.set(key, made);
    return made;
  }

  #make(type: MatchType, match: string): Pick<Matcher, 'kind' | 'matches'> {
    if (match === WILDCARD) return { kind: 'everything', matches: () => true };
    const test = type === 'exact' ? undefined : this.#pattern(type, match);
    if (!test) return { kind: 'equality', matches: (topic) => topic === match };
    const results = new BoundedMap<string, boolean>(MAX_RESULTS);
    const matches = (topic: string) => {
      let result = results.get(topic);
      if (result === undefined) {
        result = test(topic);
        results.set(topic, result);
      }
      return result;
    };
    return { kind: 'pattern', matches };
  }

  #pattern(type: 'urlpattern' | 'template', match: string): ((topic: string) => boolean) | undefined {
    if (type === 'template') {
      const expansion = compileUriTemplate(match);
      return expansion && ((topic) => topic === match || expansion(topic));
    }
    const test = compileUrlPattern(match, this.#base);
    return (topic) => {
      const { url } = this.#components(topic);
      return url !== undefined && test(url);
    };
  }

  #components(topic: string): { readonly url: UrlComponents | undefined } {
    const known = this.#topics.get(topic);
    if (known) return known;
    const components = { url: urlComponents(topic, this.#base) };
    this.#topics.set(topic, components);
    return components;
  }
}
