import { createMemoryLog } from '@eventwire/server';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Reader, startHub, type TestHub } from './helpers/hubs';
import { detail, mint } from './helpers/tokens';

describe('check 6, private updates:', () => {
  const setUp = async () => {
    const hub = await startHub();
    const as = async (query: string, ...topics: string[]) =>
      hub.subscribe(query, { authorization: `Bearer ${await hub.token(...topics)}` });
    return { ...hub, as };
  };

  it('what a subscriber chose grants nothing, and a grant on an alternate topic is enough', async () => {
    const { as, subscribe, publish } = await setUp();
    const granted = await as('?match=book', 'user/1');
    const other = await as('?match=book', 'user/2');
    const wide = await as('?match=book', '*');
    const nobody = await subscribe('?match=book');
    const everything = await as('?match=*', 'user/2');
    for (const flag of ['on', '', 'false', '0'])
      await publish({ topic: ['book', 'user/1'], data: `private ${flag}`, private: flag });
    await publish({ topic: 'book', data: 'public' });
    const all = ['private on', 'private ', 'private false', 'private 0', 'public'];
    await granted.until(5);
    await wide.until(5);
    for (const reader of [other, nobody, everything]) await reader.until(1);
    expect([granted, wide].map(({ data }) => data)).toEqual([all, all]);
    expect([other, nobody, everything].map(({ data }) => data)).toEqual([['public'], ['public'], ['public']]);
  });

  it('a replay goes by the token of today', async () => {
    const { as, subscribe, publish } = await setUp();
    await publish({ topic: 'a', data: 'private a', private: 'on' });
    await publish({ topic: 'b', data: 'private b', private: 'on' });
    await publish({ topic: 'c', data: 'public' });
    const query = '?match=*&last_event_id=earliest';
    const readers = [
      await as(query, 'a', 'b'),
      await as(query, 'a'),
      await as(query, 'c'),
      await subscribe(query),
    ];
    const counts = [3, 2, 1, 1];
    for (const [index, reader] of readers.entries()) await reader.until(counts[index] ?? 0);
    expect(readers.map(({ data }) => data)).toEqual([
      ['private a', 'private b', 'public'],
      ['private a', 'public'],
      ['public'],
      ['public'],
    ]);
  });

  it('an action other than subscribe grants no reading', async () => {
    const { url, subscribe, publish } = await setUp();
    const claims = { authorization_details: [detail(['publish'], [{ match: '*' }])] };
    const reader = await subscribe('?match=a', { authorization: `Bearer ${await mint(url, { claims })}` });
    await publish({ topic: 'a', data: 'private', private: 'on' });
    await publish({ topic: 'a', data: 'public' });
    await reader.until(1);
    expect(reader.data).toEqual(['public']);
  });

  it('everybody gets what a naive model says, live and replayed, whatever the topics, matchers and tokens, on any node', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ updates, subscribers }) => {
        const log = createMemoryLog({ idPrefix: 'urn:eventwire:' });
        const nodes = [await startHub({ log }), await startHub({ log })] as const;
        const live = await Promise.all(
          subscribers.map((one) => join(nodes[one.node], one.chosen, one.granted)),
        );
        const ids: string[] = [];
        for (const [n, { topics, isPrivate, node }] of updates.entries())
          ids.push(await nodes[node].hub.publish({ topics, data: `${n}`, private: isPrivate }));
        // Everybody may read the last one, which tells that all others have come.
        await nodes[0].hub.publish({ topics: TOPICS, data: 'end' });
        const expected = (chosen: readonly string[], granted: readonly string[] | null, after: number) =>
          updates.flatMap(({ topics, isPrivate }, n) => {
            const mayRead = !isPrivate || (granted !== null && hitsAny(granted, topics));
            return n > after && hitsAny(chosen, topics) && mayRead ? [`${n}`] : [];
          });
        for (const [index, { chosen, granted }] of subscribers.entries()) {
          const reader = live[index] as Reader;
          const want = [...expected(chosen, granted, -1), 'end'];
          await reader.until(want.length);
          expect(reader.data).toEqual(want);
          reader.leave();
        }
        // They come back to the other node, each from some update on and with another token.
        for (const { node, chosen, later, seen } of subscribers) {
          const after = Math.min(seen, updates.length) - 1;
          const reader = await join(nodes[node === 0 ? 1 : 0], chosen, later, ids[after] ?? 'earliest');
          const want = [...expected(chosen, later, after), 'end'];
          await reader.until(want.length);
          expect(reader.data).toEqual(want);
          reader.leave();
        }
      }),
      { numRuns: 60 },
    );
  });
});

const TOPICS = ['a', 'b', 'https://x.example/a', 'https://x.example/b/c'];
/** A tilde stands before a pattern. */
const rule = fc.constantFrom(
  ...['a', 'b', '*', 'https://x.example/a', '~https://x.example/:one', '~https://x.example/*'],
);
const rules = fc.array(rule, { minLength: 1, maxLength: 2 });
const node = fc.constantFrom(0 as const, 1 as const);
const scenario = fc.record({
  updates: fc.array(
    fc.record({
      topics: fc.uniqueArray(fc.constantFrom(...TOPICS), { minLength: 1, maxLength: 3 }),
      isPrivate: fc.boolean(),
      node,
    }),
    { minLength: 1, maxLength: 8 },
  ),
  subscribers: fc.array(
    fc.record({
      ...{ chosen: rules, granted: fc.option(rules), later: fc.option(rules) },
      ...{ node, seen: fc.nat(8) },
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

function hits(one: string, name: string): boolean {
  if (one === '*' || one === name) return true;
  if (one === '~https://x.example/:one') return name === 'https://x.example/a';
  return one === '~https://x.example/*' && name.startsWith('https://x.example/');
}

const hitsAny = (list: readonly string[], topics: readonly string[]) =>
  list.some((one) => topics.some((name) => hits(one, name)));

/** Subscribes with a token for what is granted; with none for `null`. */
async function join(
  { url, subscribe }: TestHub,
  chosen: readonly string[],
  granted: readonly string[] | null,
  lastEventId?: string,
): Promise<Reader> {
  const isPattern = (one: string) => one.startsWith('~');
  const query = new URLSearchParams(
    chosen.map((one) => (isPattern(one) ? ['match_urlpattern', one.slice(1)] : ['match', one])),
  );
  if (lastEventId !== undefined) query.set('last_event_id', lastEventId);
  if (granted === null) return subscribe(`?${query}`);
  const topics = granted.map((one) =>
    isPattern(one) ? { match: one.slice(1), match_type: 'urlpattern' } : { match: one },
  );
  const claims = { authorization_details: [detail(['subscribe'], topics)] };
  return subscribe(`?${query}`, { authorization: `Bearer ${await mint(url, { claims })}` });
}
