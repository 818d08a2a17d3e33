import { RE2JS } from 're2js';
import { URLPattern } from 'urlpattern-polyfill/urlpattern';
import { BoundedMap } from './bounded-map';
import { type ComponentOptions, fixedText, toRegExp } from './component-pattern';
import { hideDelimiters } from './hidden-delimiters';

export const COMPONENTS = [
  'protocol',
  'username',
  'password',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;
type Component = (typeof COMPONENTS)[number];
/** The components of a URL, in that order, without the characters that only separate them. */
export type UrlComponents = readonly string[];

type Test = (value: string) => boolean;

const PLAIN: ComponentOptions = { delimiter: '', prefix: '' };
const OPTIONS: Partial<Record<Component, ComponentOptions>> = {
  hostname: { delimiter: '.', prefix: '' },
  pathname: { delimiter: '/', prefix: '/' },
};
/** [spec] URL Standard: the schemes whose URLs have paths of segments. */
const SPECIAL = ['http', 'https', 'ws', 'wss', 'ftp', 'file'];

/** The components of a topic, which may be relative; `undefined` if it is no URL. */
export function urlComponents(topic: string, base: string): UrlComponents | undefined {
  if (!URL.canParse(topic, base)) return undefined;
  const url = new URL(topic, base);
  const { username, password, hostname, port, pathname } = url;
  return [
    ...[url.protocol.slice(0, -1), username, password, hostname, port, pathname],
    ...[url.search.slice(1), url.hash.slice(1)],
  ];
}

/**
 * Compiles a URL pattern for matching in linear time: a library reads the pattern and makes its components
 * canonical, and an engine without backtracking matches them.
 *
 * @param base the URL that a relative pattern is resolved against
 * @throws Error for what is no URL pattern, or needs an engine that could take for ever
 */
export function compileUrlPattern(pattern: string, base: string): (url: UrlComponents) => boolean {
  const { hidden, show } = hideDelimiters(pattern);
  const { protocol, username, password, hostname, port, pathname, search, hash } = new URLPattern(
    hidden,
    base,
  );
  return compileComponents({
    ...{ protocol, username, password, hostname, port, pathname },
    ...{ search: show(search), hash: show(hash) },
  });
}

/** The same, of a pattern whose components are canonical. */
export function compileComponents(
  pattern: Readonly<Record<Component, string>>,
): (url: UrlComponents) => boolean {
  const protocol = compileComponent(pattern.protocol, PLAIN);
  const hasSegments = protocol === undefined || SPECIAL.some(protocol);
  const tests: [index: number, test: Test][] = [];
  for (const [index, component] of COMPONENTS.entries()) {
    const isOpaque = component === 'pathname' && !hasSegments;
    const options = isOpaque ? PLAIN : (OPTIONS[component] ?? PLAIN);
    const test = component === 'protocol' ? protocol : compileComponent(pattern[component], options);
    if (test) tests.push([index, test]);
  }
  return (url) => tests.every(([index, test]) => test(url[index] as string));
}

/** `undefined`: everything matches. Most components are no more than that, or a text. */
function compileComponent(pattern: string, options: ComponentOptions): Test | undefined {
  if (pattern === '*') return undefined;
  const text = fixedText(pattern, options);
  if (text !== undefined) return (value) => value === text;
  return testOf(toRegExp(pattern, options));
}

/** Expressions that are kept, of all hubs: patterns often differ only in names, or in another component. */
const MAX_EXPRESSIONS = 1000;
const expressions = new BoundedMap<string, Test>(MAX_EXPRESSIONS);

function testOf(source: string): Test {
  return expressions.obtain(source, () => {
    const regexp = RE2JS.compile(source);
    return (value) => regexp.testExact(value);
  });
}
