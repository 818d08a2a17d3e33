import { checkOptions, invalidOption, isString, type OptionRules } from '@eventwire/options';

/** The attributes of a link to a hub. */
export interface HubLinkInit {
  /** The hub's URL. */
  hub: string;
  /** The id of the newest update by the time the resource was made: a subscriber begins behind it. */
  lastEventId?: string | undefined;
  /** The type of the resource's updates, if they have one. */
  type?: string | undefined;
  /** The content type of their data, if it is not the resource's own. */
  contentType?: string | undefined;
}

const RULES = {
  hub: isString,
  lastEventId: isString,
  type: isString,
  contentType: isString,
} satisfies OptionRules<HubLinkInit>;

/**
 * The value of a `Link` header by which a resource names the hub that has its updates.
 *
 * @example
 * res.setHeader('link', hubLink({ hub: 'https://example.org/.well-known/mercure', lastEventId }));
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function hubLink(init: HubLinkInit): string {
  checkOptions(init, RULES, { name: 'init' });
  const { hub, lastEventId, type, contentType } = init;
  if (hub === undefined) throw invalidOption('hub', isString.expected, { value: hub });
  const attributes = { rel: 'mercure', 'last-event-id': lastEventId, type, 'content-type': contentType };
  const written = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [`; ${name}="${value.replace(/["\\]/g, '\\$&')}"`],
  );
  return `<${hub}>${written.join('')}`;
}
