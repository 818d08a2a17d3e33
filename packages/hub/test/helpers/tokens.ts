import { type JWTPayload, SignJWT } from 'jose';

export const SECRET = 'a secret of at least thirty-two bytes';
export const ISSUER = 'https://issuer.example';
const KEY = new TextEncoder().encode(SECRET);

export const detail = (actions: unknown, topics: unknown, more: object = {}) => ({
  type: 'https://mercure.rocks/authorization-detail',
  actions,
  topics,
  ...more,
});

/** Grants of both kinds on the same topics. */
export const both = (...topics: string[]) => [
  detail(
    ['publish', 'subscribe'],
    topics.map((match) => ({ match })),
  ),
];

export interface TokenOptions {
  claims?: Record<string, unknown> | undefined;
  header?: Record<string, unknown> | undefined;
  key?: Parameters<SignJWT['sign']>[0] | undefined;
}

/** A token of protocol 1.0 that is valid but for what is given. A claim that is undefined is left out. */
export function mint(
  audience: string,
  { claims = {}, header = {}, key = KEY }: TokenOptions = {},
): Promise<string> {
  const all = { iss: ISSUER, aud: audience, exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
  return new SignJWT(all).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', ...header }).sign(key);
}

/** A token of protocol 0.x. */
export function mintLegacy(mercure: object, claims: JWTPayload = {}): Promise<string> {
  return new SignJWT({ mercure, ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(KEY);
}
