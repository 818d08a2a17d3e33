import type { PlainResponse, RequestFacts } from '@eventwire/server';
import type { HubUrl } from '../hub-options';
import { type BearerError, RefusedError } from './refusal';

type Headers = PlainResponse['headers'];

/** A response that is no event stream. HEAD gets its head. */
export function respond(
  request: RequestFacts,
  status: number,
  type: string,
  body: string,
  headers: Headers = [],
): PlainResponse {
  const own: Headers = [
    ['content-type', type],
    ['cache-control', 'no-store'],
    ['x-content-type-options', 'nosniff'],
  ];
  const given = new Set(headers.map(([name]) => name));
  return {
    status,
    headers: [...own.filter(([name]) => !given.has(name)), ...headers],
    body: request.method === 'HEAD' ? '' : body,
  };
}

export const TEXT = 'text/plain; charset=utf-8';

/** The response to a request that is refused. */
export function refusalResponse(
  request: RequestFacts,
  { status, message, details }: RefusedError,
  metadata: string | undefined,
): PlainResponse {
  const { challenge, headers = [] } = details;
  const own: Headers =
    challenge === undefined ? [] : [['www-authenticate', challengeOf(challenge, metadata)]];
  return respond(request, status, TEXT, `${message}\n`, [...own, ...headers]);
}

/** [spec] RFC 6750, section 3, and RFC 9728, section 5.1. */
function challengeOf(challenge: BearerError | 'none-presented', metadata: string | undefined): string {
  const parameters: string[] = [];
  if (challenge !== 'none-presented') parameters.push(`error="${challenge}"`);
  if (metadata !== undefined) parameters.push(`resource_metadata="${metadata}"`);
  return parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`;
}

/** Where the metadata of a hub is. [spec] RFC 9728, section 3.1. */
export function metadataPath({ path }: Pick<HubUrl, 'path'>): string {
  return `/.well-known/oauth-protected-resource${path}`;
}

/** @throws RefusedError 405 */
export function refuseMethod(allowed: readonly string[]): never {
  const list = allowed.join(', ');
  throw new RefusedError(405, `This method is not for this address: use ${list}`, {
    headers: [['allow', list]],
  });
}

/** A text for a header: what is not ASCII is escaped, since runtimes disagree on its bytes. */
export function headerValue(text: string): string {
  return text.replace(/[^ -~]+/g, encodeURIComponent);
}
