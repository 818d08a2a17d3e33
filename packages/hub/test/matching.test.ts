import { describe, expect, it } from 'vitest';
import { Matchers } from '../src/matching/matchers';

const BASE = 'https://hub.example/.well-known/mercure';
const compile = (type: 'exact' | 'urlpattern' | 'template', match: string) =>
  new Matchers(BASE).compile({ type, match });

describe('check 11, URL patterns:', () => {
  it.each<[string, string, boolean]>([
    ['https://x.example/books/:id', 'https://x.example/books/1', true],
    ['https://x.example/books/:id', 'https://x.example/books/1/', false],
    ['https://x.example/books/:id', 'https://x.example/books/', false],
    ['https://x.example/books/:id', 'https://x.example/books/1?any#thing', true],
    ['https://x.example/books/:id?x', 'https://x.example/books/1?y', false],
    ['https://x.example/*', 'https://x.example/a/b', true],
    ['https://x.example/*', 'https://x.example.evil/a', false],
    ['https://*.example/a', 'https://b.c.example/a', true],
    ['https://:one.example/a', 'https://b.c.example/a', false],
    ['https://X.example/A', 'https://x.EXAMPLE/A', true],
    ['https://x.example/A', 'https://x.example/a', false],
    ['books/:id', 'books/1', true],
    ['books/:id', 'https://hub.example/.well-known/books/1', true],
    ['/books/:id', '/books/1', true],
    ['/books/:id', 'https://other.example/books/1', false],
    ['/books/:id(\\d+)', '/books/12', true],
    ['/books/:id(\\d+)', '/books/1a', false],
    ['/books{/old}?/:id', '/books/old/1', true],
    ['/books/:id*', '/books/1/2/3', true],
    ['/books/:id+', '/books', false],
    ['*://*/a', 'ftp://x.example/a', true],
    ['https://x.example/é', 'https://x.example/%C3%A9', true],
    ['#*?#', '#a', false],
    ['#*?#', '#a#', true],
    ['#*{#}?b', '#ab', true],
    ['#:x\\#', '#a', false],
    ['/a?:x\\?', '/a?b', false],
    ['/a?:x\\?', '/a?b?', true],
    ['/a{/b}?\\?c', '/a?c', true],
    ['/a?{b}?\\?', '/a?b?', true],
    ['/a?{b}?\\?', '/a??', true],
    ['/a?{b}?\\?', '/a?b', false],
    ...['(x)', ':n', '{x}', '*'].flatMap((group): [string, string, boolean][] => [
      [`/-${group}?\\?c`, '/-x?c', true],
      [`/-${group}?\\?c`, '/-?c', true],
      [`/-${group}?\\?c`, '/-xc', false],
    ]),
    ['/a##', '/a', true],
    ['/a?\ue000\\?', '/a?\ue000?', true],
    ['/a?%EE%80%80\\?', '/a?\ue000?', true],
    ...['http', 'https', 'ws', 'wss', 'ftp', 'file'].map((scheme): [string, string, boolean] => {
      const host = scheme === 'file' ? '' : 'x.example';
      return [`${scheme}://${host}/:id`, `${scheme}://${host}/a/b`, false];
    }),
    ['tenant://x.example/:id', 'tenant://x.example/a/b', true],
    ['*', 'no URL at all: \0', true],
    ['https://x.example/*', 'https://exa mple/a', false],
  ])('%s and %s: %s', (pattern, topic, matches) => {
    expect(compile('urlpattern', pattern).matches(topic)).toBe(matches);
  });

  it.each([
    '/(',
    '/{',
    '/a}',
    '/:',
    '/(?:)',
    '/((?=a)a)',
    '/((?!a)b)',
    '/((?<=a)b)',
    '/(a)(\\1)',
    '/([^])',
    '/(a{1,100000})',
    'https://[',
    '/a?:x:x',
    '/a?:x\\?:x',
  ])('%s is none that can be matched', (pattern) => {
    expect(() => compile('urlpattern', pattern)).toThrow();
  });

  it.each([
    ['/*-*-*', `/${'*-'.repeat(30)}*`, `/${'-'.repeat(4000)}x`],
    ['groups within groups', '/((?:a+)+)', `/${'a'.repeat(4000)}b`],
    [
      'names beside each other',
      `/${':n-'.repeat(20)}x`.replace(/n/g, (_, at) => `n${at}`),
      `/${'a-'.repeat(2000)}`,
    ],
    ['alternatives', '/((?:a|aa|aaa)*)', `/${'a'.repeat(4000)}b`],
  ])('a pattern that would take an engine with backtracking for ever takes none: %s', (_, pattern, path) => {
    const { matches } = compile('urlpattern', pattern);
    const times: number[] = [];
    // A topic of its own each time, since results are remembered.
    for (let n = 0; n < 40; n++) {
      const before = process.cpuUsage();
      matches(`${path}${n}`);
      const { user } = process.cpuUsage(before);
      times.push(user / 1000);
    }
    expect(Math.min(...times)).toBeLessThan(5);
  });
});

describe('check 11, templates of protocol 0.x:', () => {
  it.each<[string, string, boolean]>([
    ['https://x.example/{id}', 'https://x.example/1', true],
    ['https://x.example/{id}', 'https://x.example/', true],
    ['https://x.example/{id}', 'https://x.example/1,2', true],
    ['https://x.example/{id}', 'https://x.example/1/2', false],
    ['https://x.example/{id}', 'https://x.example/1?q', false],
    ['https://x.example/{id}', 'https://x.example/%C3%A9', true],
    ['https://x.example/{id}', 'https://x.example/%zz', false],
    ['https://x.example/{id}', 'https://x.example/a!', false],
    ['https://x.example/{id}', 'https://x.example/a b', false],
    ['https://x.example/{id}', 'https://x.example/a=b', false],
    ['https://x.example/{id*}', 'https://x.example/a=b', true],
    ['https://x.example/{id}', 'https://x.example/{id}', true],
    ['https://x.example/{+path}', 'https://x.example/a/b?c', true],
    ['https://x.example{/a,b}', 'https://x.example/1/2', true],
    ['https://x.example{/a,b}', 'https://x.example/1/2/3', false],
    ['https://x.example{/a*}', 'https://x.example/1/2/3', true],
    ['https://x.example{?q,r}', 'https://x.example?q=1&r=2', true],
    ['https://x.example{?q,r}', 'https://x.example?q=1&r=2&s=3', false],
    ['https://x.example{#f}', 'https://x.example#f', true],
    ['https://x.example{#f}', 'https://x.examplef', false],
    ['https://x.example/{#f,g}', 'https://x.example/#/a,b', true],
    ['https://x.example/{+f,g}', 'https://x.example/a#,b', true],
    ['a{.b,c}', 'a.1.2', true],
    ['a{.b,c}', 'a1.2', false],
    ['a{.b,c}', 'a.1/2', false],
    ['a{/b}', 'a/1', true],
    ['a{/b}', 'a1', false],
    ['a{;b,c}', 'a;b=1;c=2', true],
    ['a{;b,c}', 'ab=1', false],
    ['a{;b,c}', 'a;b=/', false],
    ['a{?b,c}', 'a&b=1', false],
    ['a{?b,c}', 'a?b=1?c=2', false],
    ['a{&b,c}', 'a&b=1&c=2', true],
    ['a{&b,c}', 'a?b=1&c=2', false],
    ['a{b*}', 'a1,2,3', true],
    ['a{b:2}', 'a1,2,3', true],
    ['a{b:0}', 'a1', false],
    ['a{b:2*}', 'a1', false],
    ['a{}', 'a', false],
    ['{a}}', 'x}', false],
    ['}{a}', '}x', false],
    ['https://x.example/{id:3}.json', 'https://x.example/abc.json', true],
    ['/a.b{c}', '/axb', false],
    ['{', '{', true],
    ['{a', 'x', false],
    ['a}', 'a}', true],
    ['{not a name}', '{not a name}', true],
    ['{not a name}', 'x', false],
    ['plain', 'plain', true],
    ['plain', 'plainer', false],
    ['*', 'anything', true],
  ])('%s and %s: %s', (template, topic, matches) => {
    expect(compile('template', template).matches(topic)).toBe(matches);
  });
});

it('an exact matcher compares what it was given, and the star is every topic for each type', () => {
  expect(compile('exact', 'https://X.example').matches('https://x.example')).toBe(false);
  expect(compile('exact', 'é').matches('e\u0301')).toBe(false);
  for (const type of ['exact', 'urlpattern', 'template'] as const)
    expect(compile(type, '*').kind).toBe('everything');
});

it('a template without an expression is looked up as an exact matcher is, and asked about no other topic', () => {
  for (const template of ['plain', '{', '{not a name}', 'a}'])
    expect(compile('template', template).kind).toBe('equality');
  expect(compile('template', 'a{b}').kind).not.toBe('equality');
});

it('a matcher that was compiled is used again, and remembers what it has found', () => {
  const matchers = new Matchers(BASE);
  const pattern = matchers.compile({ type: 'urlpattern', match: '/:x' });
  expect(matchers.compile({ type: 'urlpattern', match: '/:x' })).toBe(pattern);
  for (let n = 0; n < 500; n++) expect(pattern.matches(`/${n % 100}`)).toBe(true);
});
