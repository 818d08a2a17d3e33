import type { HubUrl } from '../hub-options';
import type { HubRequest } from './messages';
import { RefusedError } from './refusal';
import { metadataPath } from './respond';

/** The part of the hub that a request is for. */
export interface Route {
  readonly endpoint: 'hub' | 'subscriptions' | 'metadata';
  /** The hub's URL under which it was asked. */
  readonly url: HubUrl;
  /** As it was sent, with its escapes. */
  readonly path: string;
  /** The segments behind `/subscriptions`, with their escapes. */
  readonly segments: readonly string[];
  /** Without the question mark. */
  readonly query: string;
}

/**
 * `undefined`: the path is not one of the hub's.
 *
 * @throws RefusedError 421 if only the host is another
 */
export function route(request: HubRequest, urls: readonly HubUrl[]): Route | undefined {
  const address = request.target.startsWith('/') ? `http://any${request.target}` : request.target;
  if (!URL.canParse(address)) return undefined;
  const { pathname: path, search } = new URL(address);
  const onPath = urls.flatMap((url) => {
    const found = endpointOf(path, url);
    return found ? [{ ...found, url, path, query: search.slice(1) }] : [];
  });
  if (onPath.length === 0) return undefined;
  const found = onPath.find(({ url }) => hostOf(request.host, url) === url.host);
  if (found) return found;
  throw new RefusedError(421, 'The hub is not at this host: use its public URL', {
    reason: `the host ${request.host} is in none of the hub's URLs`,
  });
}

function endpointOf(path: string, url: HubUrl): Pick<Route, 'endpoint' | 'segments'> | undefined {
  if (path === url.path) return { endpoint: 'hub', segments: [] };
  if (path === metadataPath(url)) return { endpoint: 'metadata', segments: [] };
  const [start, ...segments] = path.startsWith(`${url.path}/`)
    ? path.slice(url.path.length + 1).split('/')
    : [];
  return start === 'subscriptions' ? { endpoint: 'subscriptions', segments } : undefined;
}

/** Without the port that goes without saying. */
function hostOf(host: string, { origin }: HubUrl): string {
  const defaultPort = origin.startsWith('https:') ? ':443' : ':80';
  return (host.endsWith(defaultPort) ? host.slice(0, -defaultPort.length) : host).toLowerCase();
}
