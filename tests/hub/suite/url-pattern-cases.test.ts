import { readFileSync } from 'node:fs';
// The hub's own library, for what only it reads: patterns and inputs that come in components.
import { URLPattern } from 'urlpattern-polyfill/urlpattern';
import { describe, expect, it } from 'vitest';
import {
  COMPONENTS,
  compileComponents,
  compileUrlPattern,
  type UrlComponents,
  urlComponents,
} from '../../../packages/hub/src/matching/url-pattern';

const file = process.env.EVENTWIRE_URL_PATTERN_CASES;

type Init = Record<string, string>;
interface Case {
  readonly pattern: readonly (string | Init)[];
  readonly inputs?: readonly (string | Init)[];
  readonly expected_match?: object | null | 'error';
  readonly expected_obj?: object | 'error';
}

function compile([pattern, base]: readonly (string | Init)[]): (url: UrlComponents) => boolean {
  // Some cases have none, which the hub always has.
  if (typeof pattern === 'string') return compileUrlPattern(pattern, base as string);
  return compileComponents(new URLPattern(pattern));
}

function read([input, base]: readonly (string | Init)[]): UrlComponents | undefined {
  if (typeof input === 'string') return urlComponents(input, base as string);
  const whole = new URLPattern({}).exec(input) as unknown as Record<string, { input: string }> | null;
  return whole ? COMPONENTS.map((name) => whole[name]?.input ?? '') : undefined;
}

describe.skipIf(file === undefined)('the public cases of URL patterns', () => {
  const cases: Case[] = file === undefined ? [] : JSON.parse(readFileSync(file, 'utf8'));
  const isError = ({ expected_obj, expected_match }: Case) =>
    expected_obj === 'error' || expected_match === 'error';
  // The hub's patterns are one text that is always resolved, and know no letter case but the URL's own.
  const isOurs = ({ pattern }: Case) =>
    !pattern.some((part) => typeof part === 'object' && 'ignoreCase' in part);

  it('match what they should match, and nothing else', () => {
    const counts = { matched: 0, refused: [] as string[] };
    const wrong: unknown[] = [];
    for (const one of cases.filter((one) => !isError(one) && isOurs(one))) {
      let test: (url: UrlComponents) => boolean;
      try {
        test = compile(one.pattern);
      } catch {
        counts.refused.push(JSON.stringify(one.pattern));
        continue;
      }
      const url = read(one.inputs ?? []);
      const isMatch = url !== undefined && test(url);
      if (isMatch !== Boolean(one.expected_match)) wrong.push({ ...one, isMatch });
      else counts.matched++;
    }
    console.log(`${counts.matched} cases; refused: ${counts.refused.join(' ')}`);
    expect(wrong).toEqual([]);
    expect(counts.refused).toEqual([]);
    expect(counts.matched).toBeGreaterThan(250);
  });

  it('are refused where they are no patterns', () => {
    const texts = cases.filter((one) => one.expected_obj === 'error' && typeof one.pattern[0] === 'string');
    for (const { pattern } of texts) expect(() => compile(pattern), JSON.stringify(pattern)).toThrow();
    expect(texts.length).toBeGreaterThan(0);
  });
});
