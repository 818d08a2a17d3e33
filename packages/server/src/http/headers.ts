import { invalidOption, show } from '@eventwire/options';

/** Header fields by name, or pairs of name and value (`Headers`, `Map`, an array). */
export type HeaderFields =
  | Iterable<readonly [string, string]>
  | { readonly [name: string]: string | readonly string[] | undefined };

/** [spec] RFC 9110, section 5.6.2: a token. */
export const isToken = (value: unknown): value is string =>
  typeof value === 'string' && /^[!#$%&'*+\-.^_`|~\w]+$/.test(value);
/** [spec] Fetch Standard: a header value has no NUL, CR or LF, and one byte for each character. */
const VALUE = /^[^\0\r\n\u0100-\uffff]*$/;

/**
 * Header fields, checked. Values are never shown in a refusal, since they may be secret.
 *
 * @throws TypeError `INVALID_OPTION`, option `headers`
 */
export function resolveHeaders(given: HeaderFields | undefined): Headers {
  const headers = new Headers();
  for (const [name, value] of pairs(given)) {
    if (!isToken(name)) {
      throw invalidOption('headers', `names of letters, digits and hyphens, got ${show(name)}`);
    }
    if (typeof value !== 'string') throw invalidOption('headers', `a text for ${name}`);
    if (!VALUE.test(value)) {
      throw invalidOption('headers', `a value of ${name} without line breaks, NUL and letters beyond U+00FF`);
    }
    headers.append(name, value);
  }
  return headers;
}

/** Sets the field if it is not there. */
export function setDefault(headers: Headers, name: string, value: string): void {
  if (!headers.has(name)) headers.set(name, value);
}

function* pairs(given: HeaderFields | undefined): Iterable<readonly [unknown, unknown]> {
  if (given === undefined) return;
  if (Symbol.iterator in given) {
    for (const pair of given) {
      if (Array.isArray(pair) && pair.length === 2) yield pair as [unknown, unknown];
      else throw invalidOption('headers', 'pairs of a name and a value');
    }
    return;
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) yield [name, one];
  }
}
