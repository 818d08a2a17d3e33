import { expect, it } from 'vitest';
import { Matchers } from '../../packages/hub/src/matching/matchers';
import { pickFrom, runSeed, seededRandom } from '../support/random';
import { allRuntimes, installedRuntimes } from './runtimes';

const isLong = process.env.EVENTWIRE_RUNTIMES === 'all';
/** Node has had URLPattern since 23.8. */
const runtimes = (isLong ? allRuntimes : installedRuntimes).filter(({ name }) => !/^Node 2[02]$/.test(name));

const BASE = 'https://hub.example/.well-known/mercure';
const TOPICS = 100;
const PATTERNS = isLong ? 1000 : 200;
/** Patterns and topics are made of these, so that many of them meet. */
const PIECES = ['a', 'b', '/', '/', '.', '-', 'https://x.example', 'https://', 'x.example', ':8443'].concat([
  '?',
  'q=1',
  '#',
  '#',
  'é',
  '%41',
  'A',
  '..',
]);
const GROUPS = ['*', ':n', ':m?', '{/a}?', '{b}*', '(\\d+)', ':k(a|b)', '{:z-}+', '*', '/:o*', '(a+)', '\\.'];

/** The short form is the same each time: an engine that backtracks takes minutes for some patterns. */
const seed = isLong || process.env.EVENTWIRE_SEED !== undefined ? runSeed : 11;
const random = seededRandom(seed);
const text = (length: number, groups: number) =>
  Array.from({ length: 1 + Math.floor(random() * length) }, () =>
    random() < groups ? pickFrom(random, GROUPS) : pickFrom(random, PIECES),
  ).join('');
const patterns = Array.from({ length: PATTERNS }, () => text(6, 0.4));
// Half of the topics begin as an address, as most do.
const topics = Array.from(
  { length: TOPICS },
  (_, n) => (n % 2 === 0 ? 'https://x.example/' : '') + text(5, 0),
);

/** For each pattern, a letter for each topic; null for what is no pattern. */
type Answers = (string | null)[];

const matchers = new Matchers(BASE);
const ours: Answers = patterns.map((match) => {
  try {
    const matcher = matchers.compile({ type: 'urlpattern', match });
    return topics.map((topic) => (matcher.matches(topic) ? 'y' : 'n')).join('');
  } catch {
    return null;
  }
});

/** In workerd, unlike in Node and in the Standard, a # that begins a text of the fragment counts as the one before it. */
const isComparable = (name: string, pattern: string) => name !== 'workerd' || !/#.*#/su.test(pattern);

/** The same by the runtime's own URLPattern. */
const script = `
const [patterns, topics, base] = ${JSON.stringify([patterns, topics, BASE])};
export const run = () => patterns.map((pattern) => {
  try {
    const compiled = new URLPattern(pattern, base);
    return topics.map((topic) => (compiled.test(topic, base) ? 'y' : 'n')).join('');
  } catch (error) {
    if (error instanceof ReferenceError) throw error;
    return null;
  }
});`;

it.each(runtimes)(
  `${PATTERNS * TOPICS} pairs of patterns and topics match as the URLPattern of $name has it, if the hub takes the pattern`,
  async ({ name, run }) => {
    const { version, report: theirs } = await run<Answers>(script);
    // The star alone is every topic in the hub's protocol. Engines disagree whether some odd texts are patterns,
    // such as one with an escape in its host, so those are compared that both take.
    const taken = patterns.flatMap((pattern, index) =>
      pattern === '*' || !isComparable(name, pattern) || ours[index] === null || theirs[index] === null
        ? []
        : [{ pattern, ours: ours[index], theirs: theirs[index] }],
    );
    expect(
      taken.filter((one) => one.ours !== one.theirs),
      `seed ${seed}`,
    ).toEqual([]);
    const valid = theirs.filter((one) => one !== null).length;
    console.log(`${name} (${version}): ${taken.length} of its ${valid} patterns, seed ${seed}`);
    expect(taken.length).toBeGreaterThan(0.9 * valid);
    const matched = theirs.join('').replaceAll('n', '').length;
    expect(matched).toBeGreaterThan((PATTERNS * TOPICS) / 100);
  },
  300_000,
);
