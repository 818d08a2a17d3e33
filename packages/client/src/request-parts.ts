import type { ConnectHeaders } from './options';

/** The absolute URL, or a TypeError that says what is missing. */
export function resolveUrl(url: string | URL): URL {
  // By shape: in a page's test, URL may be another realm's.
  if (typeof url !== 'string' && typeof url?.href !== 'string')
    throw new TypeError(`Not a string or URL: ${url}`);
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  let resolved: URL;
  try {
    resolved = new URL(url, base);
  } catch {
    const advice =
      base === undefined
        ? 'there is no page to start from, so give the whole one, such as https://example.org/events'
        : 'it is not valid';
    throw new TypeError(`Cannot resolve the url ${JSON.stringify(url)}: ${advice}`);
  }
  if (resolved.username || resolved.password) {
    throw new TypeError('fetch refuses credentials in a url: send them as an Authorization header');
  }
  return resolved;
}

/** A copy, so that the user's own instance is never changed. */
export function copyHeaders(headers: ConnectHeaders | undefined): Headers {
  if (headers === undefined) return new Headers();
  if (typeof headers !== 'object' || headers === null) throw new TypeError(`Not an object: ${headers}`);
  // By shape: headers of another realm or another fetch are iterable, not plain.
  if (Symbol.iterator in headers) return new Headers(headers as Headers);
  return new Headers(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** fetch would send `[object Object]`, without a word. */
export function checkBody(body: BodyInit | null | undefined): void {
  if (typeof body !== 'object' || body === null) return;
  const prototype: unknown = Object.getPrototypeOf(body);
  if (prototype === Object.prototype || prototype === null || Array.isArray(body)) {
    throw new TypeError('fetch cannot send a plain object or array: use JSON.stringify');
  }
}

export function isStream(body: BodyInit | null | undefined): boolean {
  return typeof (body as Partial<ReadableStream> | null | undefined)?.getReader === 'function';
}

/** Where, without what may be secret: no query, no credentials; only the scheme of data: and the like. */
export function publicUrl({ origin, pathname, protocol }: URL): string {
  return origin === 'null' ? protocol : origin + pathname;
}

/** Adds a parameter and leaves every other character of the query as it is: it may be signed. */
export function withParameter(url: URL, name: string, value: string): URL {
  const result = new URL(url);
  const { search, searchParams } = result;
  if (searchParams.has(name)) searchParams.set(name, value);
  else result.search = `${search}${search && '&'}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  return result;
}
