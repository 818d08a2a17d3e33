import { BoundedMap } from './bounded-map';
import { type UrlComponents, urlComponents } from './url-pattern';

/** Topics that are known, the newest ones; fewer where there are many tests. */
const MAX_TOPICS = 1000;
/** Tests of which each topic knows the result, a byte each. */
const MAX_TESTS = 100_000;
/** About how much the results of all topics take. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A topic, taken apart when the first pattern asks. */
interface Topic {
  readonly topic: string;
  readonly url: UrlComponents | undefined;
}

export type Test = (topic: Topic) => boolean;

const MATCHES = 1;
const DIFFERS = 2;

class KnownTopic implements Topic {
  readonly topic: string;
  /** By the places of tests: 0 where nobody has asked. */
  results: Uint8Array;
  readonly #base: string;
  #taken: { readonly url: UrlComponents | undefined } | undefined;

  constructor(topic: string, base: string, tests: number) {
    this.topic = topic;
    this.#base = base;
    this.results = new Uint8Array(tests);
  }

  get url(): UrlComponents | undefined {
    this.#taken ??= { url: urlComponents(this.topic, this.#base) };
    return this.#taken.url;
  }
}

/**
 * The newest topics, and which tests they pass. An event asks thousands of tests about one topic: its
 * results lie side by side.
 */
export class KnownTopics {
  readonly #base: string;
  #topics = new BoundedMap<string, KnownTopic>(MAX_TOPICS);
  #newest: KnownTopic | undefined;
  /** Begins anew once there have been too many tests, so that no two have one place. */
  #round = 0;
  #tests = 0;

  constructor(base: string) {
    this.#base = base;
  }

  /** A function that asks the test once for each topic, as long as that is known. */
  remembering(test: Test): (topic: string) => boolean {
    let [round, place] = [-1, 0];
    return (topic) => {
      if (round !== this.#round) [round, place] = this.#newPlace();
      const known = this.#known(topic);
      if (place >= known.results.length) known.results = grown(known.results, this.#tests);
      const { results } = known;
      if (results[place] === 0) results[place] = test(known) ? MATCHES : DIFFERS;
      return results[place] === MATCHES;
    };
  }

  #newPlace(): [round: number, place: number] {
    if (this.#tests === MAX_TESTS) {
      this.#topics = new BoundedMap(MAX_TOPICS);
      this.#newest = undefined;
      this.#round++;
      this.#tests = 0;
    }
    const place = this.#tests++;
    this.#topics.max = Math.min(MAX_TOPICS, Math.ceil(MAX_BYTES / this.#tests));
    return [this.#round, place];
  }

  #known(topic: string): KnownTopic {
    if (this.#newest?.topic !== topic)
      this.#newest = this.#topics.obtain(topic, () => new KnownTopic(topic, this.#base, this.#tests));
    return this.#newest;
  }
}

/** With room for some more tests than there are. */
function grown(results: Uint8Array, tests: number): Uint8Array {
  const larger = new Uint8Array(Math.min(MAX_TESTS, 2 * tests));
  larger.set(results);
  return larger;
}
