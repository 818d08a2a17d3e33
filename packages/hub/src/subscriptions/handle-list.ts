import type { PlainResponse } from '@eventwire/server';
import { hubLink } from '../http/link';
import type { HubRequest } from '../http/messages';
import { badRequest, forbidden, RefusedError } from '../http/refusal';
import { headerValue, respond } from '../http/respond';
import type { Route } from '../http/routes';
import { MATCH_TYPES } from '../matching/matchers';
import { HUB_TYPE } from '../publish/update';
import type { Newest } from '../subscribe/places';
import type { Token } from '../tokens/authentication';
import { type ActiveSubscription, CONTEXT, describe } from './documents';

interface Source {
  newest(): Promise<Newest>;
  list(): Promise<readonly ActiveSubscription[]>;
}

/**
 * The active subscriptions at a path, as the protocol of the token describes them: all, those of one matcher,
 * or a single one.
 *
 * @throws RefusedError 400, 403, 404
 */
export async function listSubscriptions(
  request: HubRequest,
  route: Route,
  token: Token,
  source: Source,
): Promise<PlainResponse> {
  const { protocol, grants } = token;
  // In protocol 0.x the query is a part of what is asked for.
  const topic = protocol === '0.x' && route.query !== '' ? `${route.path}?${route.query}` : route.path;
  if (!grants.reads([topic])) throw forbidden('The access token does not allow to read these subscriptions');
  const wanted = readSegments(route.segments, protocol);
  // Before the list, which then has everything that was announced up to it.
  const { place, wireId: newest } = await source.newest();
  // The place, since a publisher may give several updates one id.
  const etag = `"${place.replace(/["\\]/g, '')}"`;
  const link = hubLink({
    hub: route.url.href,
    lastEventId: newest,
    type: HUB_TYPE,
    contentType: 'application/json',
  });
  const headers = [
    ['link', headerValue(link)],
    ['etag', headerValue(etag)],
    ['cache-control', 'private, no-cache'],
  ] as const;
  if (request.header('if-none-match') === headerValue(etag)) return { status: 304, headers, body: '' };
  const all = (await source.list()).filter((one) => one.protocol === protocol && wanted.selects(one));
  const body = wanted.isSingle
    ? single(all, protocol, newest)
    : collection(all, route.path, protocol, newest);
  const type = protocol === '1.0' ? 'application/json' : 'application/ld+json';
  return respond(request, 200, type, JSON.stringify(body), headers);
}

function single(found: readonly ActiveSubscription[], protocol: Token['protocol'], newest: string): object {
  const [one] = found;
  if (!one) throw new RefusedError(404, 'There is no such subscription');
  const document = describe(one, true);
  return protocol === '1.0' ? document : { ...document, lastEventID: newest };
}

function collection(
  found: readonly ActiveSubscription[],
  id: string,
  protocol: Token['protocol'],
  newest: string,
): object {
  const subscriptions = found.map((one) => describe(one, true));
  return protocol === '1.0'
    ? { id, type: 'subscriptions', subscriptions }
    : { '@context': CONTEXT, id, type: 'Subscriptions', lastEventID: newest, subscriptions };
}

interface Wanted {
  readonly isSingle: boolean;
  selects(subscription: ActiveSubscription): boolean;
}

function readSegments(segments: readonly string[], protocol: Token['protocol']): Wanted {
  const names =
    protocol === '1.0' ? (['matchType', 'match', 'subscriber'] as const) : (['match', 'subscriber'] as const);
  const shortest = protocol === '1.0' ? 2 : 1;
  if (segments.length > names.length || (segments.length > 0 && segments.length < shortest))
    throw new RefusedError(404, 'There are no subscriptions at this address');
  const values = segments.map(decodeSegment);
  if (protocol === '1.0' && values[0] !== undefined && !MATCH_TYPES.includes(values[0]))
    throw badRequest('The type of a matcher is exact or urlpattern');
  return {
    isSingle: segments.length === names.length,
    selects: (subscription) =>
      values.every((value, index) => subscription[names[index] ?? 'match'] === value),
  };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw badRequest('A segment of the path has an escape that is no UTF-8');
  }
}
