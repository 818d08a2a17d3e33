import type { ConnectHeaders } from './options';

/** The absolute URL, or a TypeError that says what is missing. */
export function resolveUrl(url: string | URL): URL {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  let resolved: URL;
  try {
    // By shape: in a page's test, URL may be another realm's.
    resolved = new URL((url as URL).href ?? (url as string).trim(), base);
  } catch {
    throw new TypeError(`the url ${JSON.stringify(url)} is not valid: outside a page, give the whole one`);
  }
  if (resolved.username || resolved.password)
    throw new TypeError('credentials in a url are refused: send an Authorization header');
  return resolved;
}

/** A copy, so that the user's own instance is never changed. */
export function copyHeaders(headers: ConnectHeaders | undefined): Headers {
  // By shape: headers of another realm or another fetch are iterable, not plain.
  const isRecord = Object(headers) === headers && !(Symbol.iterator in (headers as object));
  return new Headers(
    isRecord
      ? Object.entries(headers as Record<string, string>).filter(([, value]) => value !== undefined)
      : (headers as Headers),
  );
}

/** fetch would send `[object Object]`, without a word. */
export function checkBody(body: unknown): void {
  const prototype: unknown = Object(body) === body && Object.getPrototypeOf(body);
  if (prototype === null || prototype === Object.prototype || Array.isArray(body))
    throw new TypeError('a plain object or array cannot be sent: use JSON.stringify');
}

export const isStream = (body: unknown): boolean =>
  Boolean((body as Partial<ReadableStream> | null | undefined)?.getReader);

/** Where, without what may be secret: no query, no credentials; only the scheme of data: and the like. */
export const publicUrl = ({ origin, pathname, protocol }: URL): string =>
  origin === 'null' ? protocol : origin + pathname;

/** Adds a parameter and leaves every other character of the query as it is: it may be signed. */
export function withParameter(url: URL, name: string, value: string): URL {
  const result = new URL(url);
  const { search, searchParams } = result;
  if (searchParams.has(name)) searchParams.set(name, value);
  else result.search = `${search}${search && '&'}${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
  return result;
}
