import type { ConnectHeaders } from './options';

/** The absolute URL, or a TypeError that says what is missing. */
export function resolveUrl(url: string | URL): URL {
  // By shape: in a page's test, URL may be another realm's.
  if (typeof url !== 'string' && typeof url?.href !== 'string') {
    throw new TypeError(`The url must be a string or a URL, got ${String(url)}.`);
  }
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  let resolved: URL;
  try {
    resolved = new URL(url, base);
  } catch (cause) {
    const reason =
      base === undefined
        ? 'There is no page here for a relative url to start from: give the whole one, such as https://example.org/events.'
        : 'It is not valid.';
    throw new TypeError(`The url ${JSON.stringify(String(url))} cannot be resolved. ${reason}`, { cause });
  }
  if (resolved.username !== '' || resolved.password !== '') {
    throw new TypeError(
      'The url carries credentials, which fetch refuses: send them as an Authorization header.',
    );
  }
  return resolved;
}

/** A copy, so that the user's own instance is never changed. */
export function copyHeaders(headers: ConnectHeaders | undefined): Headers {
  if (headers === undefined) return new Headers();
  if (headers instanceof Headers || Array.isArray(headers)) return new Headers(headers);
  if (typeof headers !== 'object' || headers === null) {
    throw new TypeError(`The headers must be an object, got ${String(headers)}.`);
  }
  // Headers of another realm or another fetch are iterable, not plain.
  if (Symbol.iterator in headers) return new Headers(headers as unknown as Headers);
  const copy = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) copy.set(name, value);
  }
  return copy;
}

/** fetch would send `[object Object]`, without a word. */
export function checkBody(body: BodyInit | null | undefined): void {
  if (typeof body !== 'object' || body === null) return;
  const prototype: unknown = Object.getPrototypeOf(body);
  if (prototype === Object.prototype || prototype === null || Array.isArray(body)) {
    throw new TypeError('The body is a plain object or array, which fetch cannot send: use JSON.stringify.');
  }
}

export function isStream(body: BodyInit | null | undefined): boolean {
  return typeof (body as Partial<ReadableStream> | null | undefined)?.getReader === 'function';
}

/** Where, without what may be secret: no query, no credentials; only the scheme of data: and the like. */
export function publicUrl(url: URL): string {
  if (url.origin === 'null') return url.protocol;
  return url.origin + url.pathname;
}

/** Takes the query out of a text that may quote the URL. */
export function withoutQuery(text: string, url: URL): string {
  return url.search.length > 1 ? text.replaceAll(url.search, '?…') : text;
}

/** Adds a parameter and leaves every other character of the query as it is: it may be signed. */
export function withParameter(url: URL, name: string, value: string): URL {
  const result = new URL(url);
  if (result.searchParams.has(name)) result.searchParams.set(name, value);
  else
    result.search += `${result.search === '' ? '?' : '&'}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  return result;
}
