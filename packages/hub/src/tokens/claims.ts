import type { JWTPayload } from 'jose';
import { MATCH_TYPES, type Matcher, type Matchers, type MatchType } from '../matching/matchers';
import { hasInvisible, isLonger } from '../matching/text';
import { Grants, type SubscribeGrant } from './grants';

/** The type of the authorization details that a hub reads (RFC 9396); it skips those of other types. */
export const DETAIL_TYPE = 'https://mercure.rocks/authorization-detail';

/** The limits of what a token may hold. */
export interface GrantLimits {
  /** Authorization details of the hub's type. */
  readonly maxDetails: number;
  /** Topics of all of them together. */
  readonly maxGrants: number;
  /** Bytes of one match. */
  readonly maxMatcherBytes: number;
}

/**
 * The grants of a token of protocol 1.0. One detail that is wrong makes the whole token wrong, since half of
 * it would allow something else than its issuer meant.
 *
 * @throws Error with the reason
 */
export function readDetails(claims: JWTPayload, matchers: Matchers, limits: GrantLimits): Grants {
  const details = claims.authorization_details ?? [];
  if (!Array.isArray(details)) throw new Error('authorization_details is no array');
  const own = details.filter((detail: unknown) => isRecord(detail) && detail.type === DETAIL_TYPE) as Record<
    string,
    unknown
  >[];
  if (own.length > limits.maxDetails) throw new Error(`more than ${limits.maxDetails} authorization details`);
  const publish: Matcher[] = [];
  const subscribe: SubscribeGrant[] = [];
  let count = 0;
  for (const { actions, topics, payload } of own) {
    if (!isFilled(actions) || !actions.every((action) => typeof action === 'string' && action !== ''))
      throw new Error('the actions of an authorization detail are no array of texts that are not empty');
    if (!isFilled(topics)) throw new Error('the topics of an authorization detail are no array, or empty');
    if (payload !== undefined && !isRecord(payload)) throw new Error('a payload is no object');
    count += topics.length;
    if (count > limits.maxGrants) throw new Error(`more than ${limits.maxGrants} topics`);
    const granted = topics.map((topic) => readMatcher(topic, matchers, limits));
    if (actions.includes('publish')) publish.push(...granted);
    if (actions.includes('subscribe')) subscribe.push({ topics: granted, payload });
  }
  return new Grants(publish, subscribe);
}

function readMatcher(topic: unknown, matchers: Matchers, limits: GrantLimits): Matcher {
  if (!isRecord(topic)) throw new Error('a topic is no object');
  const { match, match_type: type = 'exact' } = topic;
  if (!(MATCH_TYPES as readonly unknown[]).includes(type)) throw new Error('a match_type is unknown');
  return compileGrant(match, type as MatchType, matchers, limits);
}

/** @throws Error with the reason */
export function compileGrant(
  match: unknown,
  type: MatchType,
  matchers: Matchers,
  { maxMatcherBytes }: Pick<GrantLimits, 'maxMatcherBytes'>,
): Matcher {
  if (typeof match !== 'string' || match === '') throw new Error('a match is no text, or empty');
  if (isLonger(match, maxMatcherBytes)) throw new Error(`a match is longer than ${maxMatcherBytes} bytes`);
  if (hasInvisible(match)) throw new Error('a match has a control or format character');
  return matchers.compile({ type, match });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFilled(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0;
}
