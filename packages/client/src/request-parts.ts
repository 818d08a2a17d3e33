import type { ConnectHeaders } from './options';

/** The absolute URL, or a TypeError that says what is missing. */
export function resolveUrl(url: string | URL): URL {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  let resolved: URL;
  try {
    // By shape: in a page's test, URL may be another realm's.
    resolved = new URL((url as URL).href ?? (url as string).trim(), base);
  } catch {
    throw new TypeError(`${JSON.stringify(url)} is no absolute url`);
  }
  if (resolved.username || resolved.password)
    throw new TypeError('instead of credentials, send an Authorization header');
  return resolved;
}

/** A copy, so that the user's own instance is never changed. */
function copyHeaders(headers: ConnectHeaders | undefined): Headers {
  // By shape: headers of another realm or another fetch are iterable, not plain.
  const isRecord = Object(headers) === headers && !(Symbol.iterator in (headers as object));
  return new Headers(
    isRecord
      ? Object.entries(headers as Record<string, string>).filter(([, value]) => value !== undefined)
      : (headers as Headers),
  );
}

/** fetch would send `[object Object]`, without a word. */
function checkBody<T>(body: T): T {
  const { constructor: maker } = Object(body ?? '') as object;
  if ([Object, Array, undefined].includes(maker as ObjectConstructor))
    throw new TypeError('a plain object or array: use JSON.stringify');
  return body;
}

/** What makes each part ready to be sent; a TypeError says why it cannot be. */
export const PARTS = { url: resolveUrl, headers: copyHeaders, body: checkBody };

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
  else result.search += (search && '&') + [name, value].map(encodeURIComponent).join('=');
  return result;
}
