import type { ConnectHeaders } from '../options';

/** The absolute URL, or a TypeError without the URL's own text, which may have secrets. */
export function resolveUrl(
  url: string | URL,
  base = globalThis.document?.baseURI ?? globalThis.location?.href,
): URL {
  let resolved: URL | undefined;
  try {
    // By shape: in a page's test, URL may be another realm's.
    resolved = new URL((url as URL).href ?? (url as string).trim(), base);
  } catch {
    // Refused below.
  }
  const { protocol = 'file:', username, password } = resolved ?? {};
  // An app's pages may have a scheme of their own. No fetch speaks another, such as `localhost:` with a port.
  const isKnown =
    /^(https?|blob|data):$/.test(protocol) || (protocol !== 'file:' && base?.startsWith(protocol));
  if (!resolved || !isKnown || username || password)
    throw new TypeError('must be absolute and http(s), with credentials in headers alone');
  return resolved;
}

/** A copy, so that the user's own instance is never changed. */
function copyHeaders(headers: ConnectHeaders | undefined): Headers {
  // By shape: headers of another realm or another fetch are iterable, not plain.
  const isRecord = Object(headers) === headers && !(Symbol.iterator in (headers as object));
  try {
    return new Headers(
      isRecord
        ? Object.entries(headers as Record<string, string>).filter(([, value]) => value !== undefined)
        : (headers as Headers),
    );
  } catch {
    // What the runtime says may quote the value.
    throw new TypeError('a name or a value cannot be sent');
  }
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
