import type { ResolvedHubOptions } from '../hub-options';
import { MATCH_TYPES } from '../matching/matchers';
import { DETAIL_TYPE } from '../tokens/claims';

/** How to get and present a token for the hub. [spec] RFC 9728, section 2. */
export function resourceMetadata(
  resource: string,
  { authorizationServers, cookieName, subscriptions }: ResolvedHubOptions,
): object {
  return {
    resource,
    ...(authorizationServers.length > 0 ? { authorization_servers: authorizationServers } : {}),
    bearer_methods_supported: ['header'],
    authorization_details_types_supported: [DETAIL_TYPE],
    ...(cookieName === undefined ? {} : { mercure_cookie: cookieName }),
    mercure_matcher_types_supported: MATCH_TYPES,
    ...(subscriptions ? { mercure_subscriptions: true } : {}),
  };
}
