import { expect, it } from 'vitest';
import { KnownTopics } from '../src/matching/known-topics';

const BASE = 'https://hub.example/';

it('A test is asked once for each topic', () => {
  const asked: string[] = [];
  const matches = new KnownTopics(BASE).remembering(({ topic }) => {
    asked.push(topic);
    return topic === 'a';
  });
  for (let n = 0; n < 3; n++) expect(['a', 'b'].map(matches)).toEqual([true, false]);
  expect(asked).toEqual(['a', 'b']);
});

it('A topic is taken apart against the base, and one that is no URL has none', () => {
  const topics = new KnownTopics(BASE);
  expect(topics.remembering(({ url }) => url !== undefined)('a')).toBe(true);
  expect(topics.remembering(({ url }) => url === undefined)('https://exa mple')).toBe(true);
});

it('No test is given the result of another, however many tests and topics there are', () => {
  const topics = new KnownTopics(BASE);
  const isMultiple =
    (divisor: number) =>
    ({ topic }: { topic: string }) =>
      Number(topic) % divisor === 0;
  const made: { divisor: number; matches: (topic: string) => boolean }[] = [];
  let wrong = 0;
  // More tests than places, and more topics than are known.
  for (let n = 0; n < 120_000; n++) {
    const divisor = 1 + (n % 7);
    made.push({ divisor, matches: topics.remembering(isMultiple(divisor)) });
    for (const { divisor, matches } of [made[n], made[n >> 1], made[0]].flatMap((one) => one ?? []))
      for (const topic of [n % 50 === 0 ? (n / 50) % 1500 : n % 30, 42])
        if (matches(`${topic}`) !== (topic % divisor === 0)) wrong++;
  }
  expect(wrong).toBe(0);
});

it('A test that throws is asked again', () => {
  let failures = 1;
  const matches = new KnownTopics(BASE).remembering(() => {
    if (failures-- > 0) throw new Error('on purpose');
    return true;
  });
  expect(() => matches('a')).toThrow('on purpose');
  expect(matches('a')).toBe(true);
});
