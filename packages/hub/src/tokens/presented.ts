import type { Fields } from '../http/form';
import type { HubRequest } from '../http/messages';
import { badPresentation } from '../http/refusal';

/** A token as it came. */
export interface PresentedToken {
  readonly token: string;
  readonly carrier: 'header' | 'query' | 'cookie';
}

export interface Carriers {
  /** Names of cookies; the first that is there counts. */
  readonly cookies: readonly string[];
  /** Protocol 0.x: the query parameter `authorization`. */
  readonly queryToken: boolean;
}

/**
 * The token of a request. A header that is there counts alone, since cookies come by themselves: if it is
 * broken, no cookie stands in for it.
 *
 * @throws RefusedError 400
 */
export function presentedToken(
  request: HubRequest,
  query: Fields,
  { cookies, queryToken }: Carriers,
): PresentedToken | undefined {
  const header = request.header('authorization');
  if (header !== undefined) return { token: bearer(header), carrier: 'header' };
  const parameter = queryToken ? query.get('authorization') : undefined;
  if (parameter) return { token: parameter, carrier: 'query' };
  const all = readCookies(request.header('cookie'));
  const token = cookies.map((name) => all.get(name)).find((value) => value !== undefined);
  return token === undefined ? undefined : { token, carrier: 'cookie' };
}

/** Two headers arrive as one, with a comma between them, which no token has. */
function bearer(header: string): string {
  const token = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(header)?.[1];
  if (token !== undefined) return token;
  throw badPresentation('Send exactly one Authorization header, of the form Bearer <token>');
}

function readCookies(header = ''): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, Math.max(equals, 0)).trim();
    const value = pair
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
    if (name !== '' && !cookies.has(name)) cookies.set(name, value);
  }
  return cookies;
}
