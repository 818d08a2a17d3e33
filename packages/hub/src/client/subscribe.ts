import {
  type ConnectContext,
  type ConnectOptions,
  connect,
  type EventStream,
  type EventStreamMessage,
  type OpenInfo,
} from '@eventwire/client';
import { invalidOption, isObject, refusal } from '@eventwire/options';
import { authorization, isTokenSource, type TokenSource } from './token';

/** Those of `connect()`, and what to subscribe to. */
export interface HubSubscribeOptions<E = EventStreamMessage>
  extends Omit<ConnectOptions<E>, 'method' | 'body' | 'lastEventIdParam'> {
  /** Topics, compared literally; `*` stands for all. */
  match?: readonly string[] | undefined;
  /** URL patterns, such as `https://example.org/books/:id`. */
  matchUrlPattern?: readonly string[] | undefined;
  /** For hubs of protocol 0.x: topics and URI templates, instead of the two above. */
  topic?: readonly string[] | undefined;
  /** Grants private updates; a function is asked again after 401. Default: none. */
  token?: TokenSource | undefined;
}

/** From so many characters on, proxies may refuse an address. */
const MAX_URL = 4000;

/**
 * Follows a hub, over broken connections. If updates were lost on the way, `onGap` is told.
 *
 * @param hub its URL
 * @throws TypeError `INVALID_OPTION`
 * @example
 * subscribe('https://example.org/.well-known/mercure', {
 *   matchUrlPattern: ['https://example.org/books/:id'],
 *   onEvent: ({ data }) => show(JSON.parse(data)),
 *   onGap: () => location.reload(),
 * });
 */
export function subscribe<E = EventStreamMessage>(
  hub: string | URL,
  options: HubSubscribeOptions<E>,
): EventStream<E> {
  if (!isObject(options)) throw invalidOption('options', 'an object', { value: options });
  for (const name of ['match', 'matchUrlPattern', 'topic'] as const)
    if (!isList(options[name])) throw invalidOption(name, 'an array of texts', { value: options[name] });
  const own = ['method', 'body', 'lastEventIdParam'].find((name) => Object.hasOwn(options, name));
  if (own !== undefined) throw invalidOption(own, 'to be absent: `subscribe` sets it');
  if (options.token !== undefined && !isTokenSource.accepts(options.token))
    throw refusal('token', isTokenSource.expected);
  const { match = [], matchUrlPattern = [], topic = [], token, headers, ...rest } = options;
  const parameters = new URLSearchParams([
    ...match.map((value) => ['match', value] as [string, string]),
    ...matchUrlPattern.map((value) => ['match_urlpattern', value] as [string, string]),
    ...topic.map((value) => ['topic', value] as [string, string]),
  ]);
  if (parameters.size === 0)
    throw invalidOption('match', 'a topic, or a pattern in `matchUrlPattern`', { value: match });
  const isLong = String(hub).length + String(parameters).length > MAX_URL && topic.length === 0;
  const gaps = new GapWatch(rest);
  return connect<E>((context) => addressOf(hub, isLong ? undefined : parameters, gaps.asking(context)), {
    ...rest,
    ...(isLong ? { method: 'QUERY', body: parameters } : {}),
    headers: async (context) => {
      const all = new Headers(
        (typeof headers === 'function' ? await headers(context) : headers) as HeadersInit,
      );
      if (token !== undefined) all.set('authorization', await authorization(token));
      return all;
    },
    // A query needs no preflight, and a page that sends no token needs none otherwise.
    ...(token === undefined ? { lastEventIdParam: 'last_event_id' } : {}),
    // The next attempt asks for a token anyway.
    ...(typeof token === 'function' ? { refresh: rest.refresh ?? (() => {}) } : {}),
    onOpen: (info) => {
      gaps.opened(info);
      return rest.onOpen?.(info);
    },
  });
}

const isList = (value: unknown) =>
  value === undefined || (Array.isArray(value) && value.every((each) => typeof each === 'string'));

function addressOf(hub: string | URL, parameters: URLSearchParams | undefined, lastEventId: string): URL {
  const url = new URL(hub, (globalThis as { location?: { href: string } }).location?.href);
  for (const [name, value] of parameters ?? []) url.searchParams.append(name, value);
  // Ignored by hubs that are not Eventwire's: it tells the client how far it is while nothing is for it.
  url.searchParams.set('eventwire', '1');
  // Protocol 0.x has another name for it.
  if (parameters?.has('topic') && lastEventId !== '') url.searchParams.set('lastEventID', lastEventId);
  return url;
}

/** Compares the id that was asked for with the one that the hub goes on from. */
class GapWatch {
  readonly #onGap: ConnectOptions<never>['onGap'];
  #asked = '';

  constructor({ onGap }: Pick<ConnectOptions<never>, 'onGap'>) {
    this.#onGap = onGap;
  }

  asking({ lastEventId }: ConnectContext): string {
    this.#asked = lastEventId;
    return lastEventId;
  }

  opened({ headers }: OpenInfo): void {
    const found = headers.get('mercure-last-event-id') ?? headers.get('last-event-id');
    if (this.#asked === '' || found === null || found === this.#asked) return;
    this.#onGap?.({ after: this.#asked, oldest: null });
  }
}
