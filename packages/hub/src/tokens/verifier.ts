import { anything, checkOptions, invalidOption, isObject, type OptionRules } from '@eventwire/options';
import {
  createRemoteJWKSet,
  errors,
  importJWK,
  importSPKI,
  importX509,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';

/**
 * The key that tokens are verified with, and the algorithms that are accepted. `key` is a secret (a text or bytes)
 * for `HS256` and its like; else a public key, as PEM, JWK or CryptoKey. `jwks` is the address of a key set.
 */
export type Verifier =
  | {
      readonly key: string | Uint8Array | CryptoKey | JsonWebKey;
      readonly algorithms: readonly string[];
    }
  | {
      readonly jwks: string | URL;
      /** Default `EdDSA`, `ES256` and `RS256`. */
      readonly algorithms?: readonly string[] | undefined;
    };

/** Verifies a token. Rejects with the reason; `KeysUnavailableError` if it is none of the token's. */
export type Verify = (token: string, options: JWTVerifyOptions) => Promise<JWTPayload>;

/** A key set could not be loaded. */
export class KeysUnavailableError extends Error {}

const ASYMMETRIC = /^(?:EdDSA|Ed25519|ES256|ES384|ES512|RS256|RS384|RS512|PS256|PS384|PS512)$/;
/** Bytes that a secret needs at least, by algorithm. [spec] RFC 7518, 3.2: as many as the hash has. */
const SECRET_BYTES: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };

type Key = Parameters<typeof jwtVerify>[1];
type KeyOf = (header: JWTHeaderParameters) => Promise<Exclude<Key, (...args: never) => unknown>>;

// The values are looked at where each is used.
const secret = { ...anything, secret: true };
const RULES = { key: secret, jwks: secret, algorithms: secret } satisfies OptionRules<
  Record<'key' | 'jwks' | 'algorithms', unknown>
>;

/** @throws TypeError `INVALID_OPTION` */
export function resolveVerifier(path: string, verifier: Verifier): Verify {
  checkOptions(verifier, RULES, { prefix: `${path}.`, name: path });
  if (!('jwks' in verifier) || verifier.jwks === undefined)
    return local(path, verifier as Extract<Verifier, { key: unknown }>);
  if ('key' in verifier && verifier.key !== undefined)
    throw invalidOption(`${path}.jwks`, 'to be absent, or `key` to be');
  return remote(path, verifier.jwks, verifier.algorithms);
}

function remote(
  path: string,
  jwks: string | URL,
  algorithms: readonly string[] = ['EdDSA', 'ES256', 'RS256'],
): Verify {
  if (!URL.canParse(jwks)) throw invalidOption(`${path}.jwks`, 'the address of a key set', { value: jwks });
  checkAlgorithms(path, algorithms, (name) => ASYMMETRIC.test(name), 'asymmetric algorithms such as EdDSA');
  const keys = createRemoteJWKSet(new URL(jwks));
  return async (token, options) => {
    try {
      return (await jwtVerify(token, keys, { ...options, algorithms: [...algorithms] })).payload;
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys)
        return firstOf(error, token, { ...options, algorithms: [...algorithms] });
      if (isOfToken(error)) throw error;
      throw new KeysUnavailableError('The key set could not be loaded', { cause: error });
    }
  };
}

/** A token without a `kid` may be signed with any of several keys. */
async function firstOf(
  keys: errors.JWKSMultipleMatchingKeys,
  token: string,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  for await (const key of keys) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** Whether an error says that the token is wrong, and not that its key cannot be had. */
function isOfToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    (error instanceof errors.JOSEError && /^ERR_(?:JW[ST]|JOSE_(?:ALG|NOT_SUPPORTED))/.test(error.code))
  );
}

function local(path: string, { key, algorithms }: Extract<Verifier, { key: unknown }>): Verify {
  const isSymmetric = Array.isArray(algorithms) && algorithms.some((name) => name in SECRET_BYTES);
  if (isSymmetric) checkSecret(path, key, algorithms);
  else {
    checkAlgorithms(
      path,
      algorithms,
      (name) => ASYMMETRIC.test(name),
      'an array of algorithms such as EdDSA or HS256',
    );
    checkPublicKey(path, key);
  }
  const keys = new Map<string, ReturnType<KeyOf>>();
  const keyOf: KeyOf = ({ alg }) => {
    const known = keys.get(alg) ?? importKey(key, alg);
    keys.set(alg, known);
    return known;
  };
  return async (token, options) =>
    (await jwtVerify(token, keyOf, { ...options, algorithms: [...algorithms] })).payload;
}

function checkAlgorithms(
  path: string,
  algorithms: unknown,
  accepts: (name: string) => boolean,
  expected: string,
): void {
  const isList = Array.isArray(algorithms) && algorithms.length > 0;
  if (!isList || !algorithms.every((name) => typeof name === 'string' && accepts(name)))
    throw invalidOption(`${path}.algorithms`, expected, { value: String(algorithms) });
}

/** A public key that could also be taken for a secret would let anybody sign who knows it, which is everybody. */
function checkSecret(path: string, key: unknown, algorithms: readonly string[]): void {
  checkAlgorithms(
    path,
    algorithms,
    (name) => name in SECRET_BYTES,
    'algorithms of one kind: those of a secret (HS256) go with no others',
  );
  const bytes =
    typeof key === 'string'
      ? new TextEncoder().encode(key).byteLength
      : key instanceof Uint8Array
        ? key.byteLength
        : -1;
  if (bytes < 0 || (typeof key === 'string' && key.includes('-----BEGIN')))
    throw invalidOption(`${path}.key`, 'a secret as text or bytes, which HS256 and its like need');
  const least = Math.max(...algorithms.map((name) => SECRET_BYTES[name] ?? 0));
  if (bytes < least)
    throw invalidOption(`${path}.key`, `a secret of at least ${least} bytes for ${algorithms.join(', ')}`);
}

function checkPublicKey(path: string, key: unknown): void {
  const isPem = typeof key === 'string' && /-----BEGIN (?:PUBLIC KEY|CERTIFICATE)-----/.test(key);
  const isJwk = isObject(key) && 'kty' in key && key.kty !== 'oct' && !('d' in key);
  const isCryptoKey = isObject(key) && 'type' in key && key.type === 'public';
  if (isPem || isJwk || isCryptoKey) return;
  throw invalidOption(`${path}.key`, 'a public key: PEM (SPKI or a certificate), JWK or CryptoKey');
}

async function importKey(key: Extract<Verifier, { key: unknown }>['key'], alg: string): ReturnType<KeyOf> {
  if (key instanceof Uint8Array) return key;
  if (typeof key === 'string') {
    if (alg in SECRET_BYTES) return new TextEncoder().encode(key);
    return key.includes('CERTIFICATE') ? importX509(key, alg) : importSPKI(key, alg);
  }
  return 'kty' in key ? importJWK(key as JWK, alg) : (key as CryptoKey);
}
