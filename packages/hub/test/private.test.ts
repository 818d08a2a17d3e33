import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startHub } from './helpers/hubs';
import { both, detail, mint } from './helpers/tokens';

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

  it('everybody gets what a naive model says, live and replayed, whatever the topics, matchers and tokens', async () => {
    const topic = fc.constantFrom('a', 'b', 'https://x.example/a', 'https://x.example/b/c');
    const rule = fc.constantFrom(
      'a',
      'b',
      '*',
      'https://x.example/a',
      '~https://x.example/:one',
      '~https://x.example/*',
    );
    const rules = fc.array(rule, { minLength: 1, maxLength: 2 });
    const scenario = fc.record({
      updates: fc.array(
        fc.record({ topics: fc.uniqueArray(topic, { minLength: 1, maxLength: 3 }), isPrivate: fc.boolean() }),
        {
          minLength: 1,
          maxLength: 8,
        },
      ),
      subscribers: fc.array(fc.record({ chosen: rules, granted: fc.option(rules), isLate: fc.boolean() }), {
        minLength: 1,
        maxLength: 5,
      }),
    });
    const hits = (one: string, name: string) => {
      if (one === '*' || one === name) return true;
      if (one === '~https://x.example/:one') return name === 'https://x.example/a';
      return one === '~https://x.example/*' && name.startsWith('https://x.example/');
    };
    const hitsAny = (list: readonly string[], topics: readonly string[]) =>
      list.some((one) => topics.some((name) => hits(one, name)));
    await fc.assert(
      fc.asyncProperty(scenario, async ({ updates, subscribers }) => {
        const { hub, url, subscribe } = await startHub();
        const join = async ({ chosen, granted }: (typeof subscribers)[number], more: string) => {
          const query = chosen
            .map((one) =>
              one.startsWith('~')
                ? `match_urlpattern=${encodeURIComponent(one.slice(1))}`
                : `match=${encodeURIComponent(one)}`,
            )
            .join('&');
          const topics = granted?.map((one) =>
            one.startsWith('~') ? { match: one.slice(1), match_type: 'urlpattern' } : { match: one },
          );
          const claims = { authorization_details: topics ? [detail(['subscribe'], topics)] : both('none') };
          return subscribe(
            `?${query}${more}`,
            granted ? { authorization: `Bearer ${await mint(url, { claims })}` } : {},
          );
        };
        const live = await Promise.all(
          subscribers.filter(({ isLate }) => !isLate).map((one) => join(one, '')),
        );
        for (const [n, { topics, isPrivate }] of updates.entries())
          await hub.publish({ topics, data: `${n}`, private: isPrivate });
        const late = await Promise.all(
          subscribers.filter(({ isLate }) => isLate).map((one) => join(one, '&last_event_id=earliest')),
        );
        // Everybody may read the last one, which tells that all others have come.
        await hub.publish({
          topics: ['a', 'b', 'https://x.example/a', 'https://x.example/b/c'],
          data: 'end',
        });
        const expected = (one: (typeof subscribers)[number]) =>
          updates.flatMap(({ topics, isPrivate }, n) => {
            const mayRead = !isPrivate || (one.granted !== null && hitsAny(one.granted, topics));
            return hitsAny(one.chosen, topics) && mayRead ? [`${n}`] : [];
          });
        const order = [
          ...subscribers.filter(({ isLate }) => !isLate),
          ...subscribers.filter(({ isLate }) => isLate),
        ];
        for (const [index, reader] of [...live, ...late].entries()) {
          const want = [...expected(order[index] as (typeof subscribers)[number]), 'end'];
          await reader.until(want.length);
          expect(reader.data).toEqual(want);
          reader.leave();
        }
      }),
      { numRuns: 60 },
    );
  });
});
