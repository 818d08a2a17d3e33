/** A token, or a function that gives one for each request. */
export type TokenSource = string | (() => string | Promise<string>);

export function isTokenSource(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'function';
}

export async function authorization(token: TokenSource): Promise<string> {
  return `Bearer ${typeof token === 'function' ? await token() : token}`;
}
