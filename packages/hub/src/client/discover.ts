import { HubError } from './hub-error';

/** The hubs of a resource, and where to begin. */
export interface Discovery {
  /** At least one. An update has to be published to each. */
  readonly hubs: readonly [URL, ...URL[]];
  /** The resource's own topic. */
  readonly self: URL;
  /** The newest update by the time the resource was made: subscribe with it as `lastEventId`. */
  readonly lastEventId?: string | undefined;
  /** The type of its updates. */
  readonly type?: string | undefined;
  /** The content type of their data. */
  readonly contentType?: string | undefined;
}

/**
 * Finds the hubs of a resource by its `Link` headers.
 *
 * @param resource its address, or a response for it
 * @throws HubError `NO_HUB`; what fetch throws
 * @example
 * const { hubs: [hub], self, lastEventId } = await discover('https://example.org/books/1');
 * subscribe(hub, { match: [self.href], lastEventId, onEvent: show });
 */
export async function discover(resource: string | URL | Response): Promise<Discovery> {
  const response = resource instanceof Response ? resource : await fetch(resource, { method: 'HEAD' });
  const base = response.url || (resource instanceof Response ? undefined : String(resource));
  const links = parseLinks(response.headers.get('link') ?? '');
  const [first, ...others] = links.filter(({ rel }) => rel.includes('mercure'));
  if (!first) throw new HubError('NO_HUB', 'The resource has no Link header with rel="mercure"');
  const self = links.find(({ rel }) => rel.includes('self'));
  const { attributes } = first;
  return {
    hubs: [new URL(first.target, base), ...others.map(({ target }) => new URL(target, base))],
    self: new URL(self?.target ?? '', base),
    lastEventId: attributes['last-event-id'],
    type: attributes.type,
    contentType: attributes['content-type'],
  };
}

interface Link {
  readonly target: string;
  readonly rel: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

/** [spec] RFC 8288, 3: targets in angle brackets, attributes with and without quotes, separated by commas. */
function parseLinks(header: string): Link[] {
  return Array.from(
    header.matchAll(/<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:\\.|[^"\\])*"|[^";,\s]+))?)*)/g),
    (match) => {
      const [, target = '', rest = ''] = match;
      const attributes: Record<string, string> = {};
      for (const [, name = '', quoted, plain] of rest.matchAll(
        /;\s*([^\s=;,]+)\s*(?:=\s*(?:"((?:\\.|[^"\\])*)"|([^";,\s]+)))?/g,
      ))
        attributes[name.toLowerCase()] ??= quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
      return { target, rel: (attributes.rel ?? '').toLowerCase().split(/\s+/), attributes };
    },
  );
}
