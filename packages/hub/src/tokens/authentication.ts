import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import type { Fields } from '../http/form';
import type { HubRequest } from '../http/messages';
import type { OriginRule } from '../http/origins';
import { badPresentation, invalidToken, unavailable } from '../http/refusal';
import type { Matchers } from '../matching/matchers';
import { type GrantLimits, readDetails } from './claims';
import type { Grants } from './grants';
import { readLegacyClaim } from './legacy-claims';
import { type Carriers, presentedToken } from './presented';
import { KeysUnavailableError, type Verify } from './verifier';

/** The side that a token is for: each may have a key of its own. */
export type Role = 'publisher' | 'subscriber';

type Keys = Readonly<Partial<Record<Role, Verify>>>;

export interface AuthenticationOptions {
  /** By the issuer's id. */
  readonly issuers: ReadonlyMap<string, Keys>;
  /** Protocol 0.x; `undefined`: no token of it is valid. */
  readonly legacy: Keys | undefined;
  /** The `aud` of tokens; `undefined`: the URL of the hub that was asked. */
  readonly audience: string | undefined;
  readonly carriers: Carriers;
  /** The pages that may publish with a cookie. */
  readonly publishOrigins: OriginRule;
  readonly limits: GrantLimits & { readonly maxLegacyGrants: number };
}

/** A token that is valid. */
export interface Token {
  readonly protocol: '1.0' | '0.x';
  readonly claims: JWTPayload;
  readonly grants: Grants;
  /** Ms since 1970; `undefined`: never, which only protocol 0.x allows. */
  readonly expiresAt: number | undefined;
}

/** Finds a request's token, and says whether it is valid. */
export class Authentication {
  readonly #options: AuthenticationOptions;
  readonly #matchers: Matchers;

  constructor(options: AuthenticationOptions, matchers: Matchers) {
    this.#options = options;
    this.#matchers = matchers;
  }

  /** Whether any token could be valid for a role. */
  has(role: Role): boolean {
    const { issuers, legacy } = this.#options;
    return legacy?.[role] !== undefined || [...issuers.values()].some((keys) => keys[role] !== undefined);
  }

  /**
   * `undefined`: none was presented.
   *
   * @param url the hub's URL that was asked
   * @throws RefusedError 400, 401, 503
   */
  async token(request: HubRequest, query: Fields, role: Role, url: string): Promise<Token | undefined> {
    const { carriers, publishOrigins } = this.#options;
    const presented = presentedToken(request, query, carriers);
    if (!presented) return undefined;
    if (presented.carrier === 'cookie' && role === 'publisher' && !publishOrigins(request))
      throw badPresentation('A page of this origin may not publish with a cookie');
    try {
      return isAccessToken(presented.token)
        ? await this.#accessToken(presented.token, role, url)
        : await this.#legacyToken(presented.token, role);
    } catch (error) {
      if (!(error instanceof KeysUnavailableError))
        throw invalidToken(error instanceof Error ? error.message : String(error), error);
      throw unavailable('The access token cannot be verified at the moment: try again', error, error.cause);
    }
  }

  async #accessToken(token: string, role: Role, url: string): Promise<Token> {
    const { issuers, audience = url, limits } = this.#options;
    // Only to choose the issuer's key. Nothing else is believed before the token is verified.
    const { iss } = decodeJwt(token);
    const verify = iss === undefined ? undefined : issuers.get(iss)?.[role];
    if (!verify || iss === undefined) throw new Error(`no ${role} key is trusted for the issuer ${iss}`);
    const claims = await verify(token, { issuer: iss, audience, typ: 'at+jwt', requiredClaims: ['exp'] });
    const grants = readDetails(claims, this.#matchers, limits);
    return { protocol: '1.0', claims, grants, expiresAt: expiryOf(claims) };
  }

  async #legacyToken(token: string, role: Role): Promise<Token> {
    const { legacy, limits } = this.#options;
    const verify = legacy?.[role];
    if (!verify) throw new Error("the token's typ is not at+jwt");
    const claims = await verify(token, {});
    const grants = readLegacyClaim(claims, this.#matchers, limits);
    return { protocol: '0.x', claims, grants, expiresAt: expiryOf(claims) };
  }
}

/** A token that says that it is one of protocol 1.0 has to be valid as one. */
function isAccessToken(token: string): boolean {
  const { typ } = decodeProtectedHeader(token);
  return typeof typ === 'string' && /^(?:application\/)?at\+jwt$/i.test(typ);
}

function expiryOf({ exp }: JWTPayload): number | undefined {
  return exp === undefined ? undefined : exp * 1000;
}
