import type { JWTPayload } from 'jose';
import type { Matchers } from '../matching/matchers';
import { compileGrant, type GrantLimits, isRecord } from './claims';
import { Grants } from './grants';

/** Instead of the claim `mercure`, for issuers that need a name of their own for it. */
const LONG_NAME = 'https://mercure.rocks/';

/**
 * The grants of a token of protocol 0.x.
 *
 * @throws Error with the reason
 */
export function readLegacyClaim(
  claims: JWTPayload,
  matchers: Matchers,
  limits: Pick<GrantLimits, 'maxMatcherBytes'> & { readonly maxLegacyGrants: number },
): Grants {
  const claim = claims.mercure ?? claims[LONG_NAME] ?? {};
  if (!isRecord(claim)) throw new Error('the claim is no object');
  const read = (selectors: unknown) => {
    if (selectors === undefined || selectors === null) return [];
    if (!Array.isArray(selectors)) throw new Error('publish or subscribe is no array');
    if (selectors.length > limits.maxLegacyGrants)
      throw new Error(`more than ${limits.maxLegacyGrants} topics`);
    return selectors.map((selector) => compileGrant(selector, 'template', matchers, limits));
  };
  const subscribe = read(claim.subscribe);
  return new Grants(
    read(claim.publish),
    subscribe.length > 0 ? [{ topics: subscribe, payload: claim.payload }] : [],
  );
}
