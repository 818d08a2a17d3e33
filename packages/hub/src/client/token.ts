import { is } from '@eventwire/options';

/** A token, or a function that gives one for each request. */
export type TokenSource = string | (() => string | Promise<string>);

export const isTokenSource = {
  ...is(
    'a token or a function that gives one',
    (value) => typeof value === 'string' || typeof value === 'function',
  ),
  secret: true,
};

export async function authorization(token: TokenSource): Promise<string> {
  return `Bearer ${typeof token === 'function' ? await token() : token}`;
}
