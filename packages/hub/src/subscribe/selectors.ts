import type { Fields } from '../http/form';
import { badRequest } from '../http/refusal';
import type { HubLimits } from '../hub-limits';
import type { Matcher, Matchers, MatchType } from '../matching/matchers';
import { hasInvisible, isLonger } from '../matching/text';

/** The matchers of a subscriber, and the protocol that it speaks. */
export interface Selectors {
  readonly protocol: '1.0' | '0.x';
  /** As they were asked for, each once. */
  readonly matchers: readonly Matcher[];
}

const PARAMETERS: Readonly<Record<string, MatchType>> = {
  match: 'exact',
  match_exact: 'exact',
  match_urlpattern: 'urlpattern',
};
/** Of protocol 0.x. */
const TOPIC = 'topic';

/**
 * Reads the matchers of a request. All names that begin with `match` are kept for matchers, so that one which
 * the hub does not know is no silent nothing.
 *
 * @param isLegacy whether `topic` is one, as in protocol 0.x
 * @throws RefusedError 400
 */
export function readSelectors(
  fields: Fields,
  matchers: Matchers,
  limits: HubLimits,
  isLegacy: boolean,
): Selectors {
  const isOfProtocol1 = fields.pairs.some(([name]) => /^match/i.test(name));
  const isOfProtocol0 = !isOfProtocol1 && isLegacy && fields.has(TOPIC);
  if (fields.has(TOPIC) && !isOfProtocol0)
    throw badRequest(
      'The parameter topic is not for subscribing: use match, or match_urlpattern for a pattern',
    );
  const found = new Map<string, Matcher>();
  let count = 0;
  for (const [name, match] of fields.pairs) {
    const type = isOfProtocol0 && name === TOPIC ? 'template' : PARAMETERS[name];
    if (type === undefined) {
      if (!/^match/i.test(name)) continue;
      throw badRequest(
        'A parameter whose name begins with match must be match, match_exact or match_urlpattern',
      );
    }
    if (++count > limits.maxMatchers) throw badRequest(`Send ${limits.maxMatchers} matchers at most`);
    const matcher = compile(name, match, type, matchers, limits);
    found.set(matcher.key, matcher);
  }
  if (found.size === 0)
    throw badRequest('Say what to subscribe to: match=<topic>, or match_urlpattern=<pattern>');
  return { protocol: isOfProtocol0 ? '0.x' : '1.0', matchers: [...found.values()] };
}

function compile(
  name: string,
  match: string,
  type: MatchType,
  matchers: Matchers,
  { maxMatcherBytes }: HubLimits,
): Matcher {
  if (match === '') throw badRequest(`The parameter ${name} must not be empty`);
  if (isLonger(match, maxMatcherBytes))
    throw badRequest(`The parameter ${name} must be no longer than ${maxMatcherBytes} bytes`);
  if (hasInvisible(match))
    throw badRequest(`The parameter ${name} must not contain control or format characters`);
  try {
    return matchers.compile({ type, match });
  } catch {
    // The library's words would tell of its inside.
    throw badRequest(`The parameter ${name} is no pattern that this hub can match`);
  }
}
