import { refusal } from '@eventwire/options';
import { baseUrl } from './base-url';

/** The absolute URL, or undefined for one that cannot be requested. */
export function resolveUrl(url: string | URL, base = baseUrl()): URL | undefined {
  try {
    // By shape: in a page's test, URL may be another realm's.
    const resolved = new URL((url as URL).href ?? (url as string).trim(), base);
    const { protocol, username, password } = resolved;
    // An app's pages may have a scheme of their own. No fetch speaks another, such as `localhost:` with a
    // port.
    const isKnown =
      ['http:', 'https:', 'blob:', 'data:'].includes(protocol) ||
      (protocol !== 'file:' && base?.startsWith(protocol));
    return isKnown && !username && !password ? resolved : undefined;
  } catch {
    return undefined;
  }
}

/** @throws OptionError without the URL's own text, which may have secrets */
export function readUrl(url: string | URL): URL {
  const resolved = resolveUrl(url);
  if (!resolved) throw refusal('url', 'an absolute http(s) URL, with credentials in `headers` alone');
  return resolved;
}

/** The address without its secrets: no query, no credentials; only the scheme of `data:` and the like. */
export const publicUrl = ({ origin, pathname, protocol }: URL): string =>
  origin === 'null' ? protocol : origin + pathname;

/** Whether CORS applies: in a page or a worker, to an absolute URL of another origin. */
export const isCrossOrigin = (url: string): boolean =>
  globalThis.location !== undefined && new URL(url).origin !== globalThis.location.origin;

/** Adds a parameter and leaves every other character of the query as it is: it may be signed. */
export function withParameter(url: URL, name: string, value: string): URL {
  const result = new URL(url);
  const { search, searchParams } = result;
  if (searchParams.has(name)) searchParams.set(name, value);
  else result.search += (search && '&') + [name, value].map(encodeURIComponent).join('=');
  return result;
}
