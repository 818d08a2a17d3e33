import {
  anything,
  checkOptions,
  hasMethods,
  invalidOption,
  is,
  isBoolean,
  isFunction,
  isObject,
  isString,
  type OptionRules,
  optional,
  present,
  safeReporter,
} from '@eventwire/options';
import {
  type ChannelOptions,
  type CorsOptions,
  createMemoryLog,
  type EventLog,
  type EventStreamInit,
  resolveEventStreamInit,
} from '@eventwire/server';
import { originRule } from './http/origins';
import type { Refusal } from './http/refusal';
import { HUB_LIMITS, type HubLimits, LIMIT_RULES } from './hub-limits';
import { withPrefix } from './option-prefix';
import { createMemorySubscriptionStore } from './subscriptions/memory-store';
import type { SubscriptionStore } from './subscriptions/store';
import type { AuthenticationOptions, Role } from './tokens/authentication';
import { resolveVerifier, type Verifier, type Verify } from './tokens/verifier';

/** A signer of tokens. */
export interface Issuer {
  /** The `iss` of its tokens. */
  readonly id: string;
  /** Verifies the tokens of those that publish; default: none of them may publish. */
  readonly publisher?: Verifier | undefined;
  /** Verifies the tokens of those that subscribe; default: none of them may. */
  readonly subscriber?: Verifier | undefined;
  /** Whether clients can get tokens there, which the hub's metadata then says; default false. */
  readonly authorizationServer?: boolean | undefined;
}

/** Protocol 0.x, beside 1.0. */
export interface LegacyOptions {
  readonly publisher?: Verifier | undefined;
  readonly subscriber?: Verifier | undefined;
  /** Whether the token may come as the query parameter `authorization`, which logs may show; default false. */
  readonly queryToken?: boolean | undefined;
}

/** The options that a hub sets for each stream. */
export type HubStreamOptions = Pick<EventStreamInit, (typeof STREAM_OPTIONS)[number]>;
const STREAM_OPTIONS = [
  ...(['heartbeat', 'maxDuration', 'retry', 'writeTimeout', 'highWaterMark'] as const),
  ...(['revalidate', 'revalidateInterval'] as const),
];

export interface HubOptions {
  /**
   * The hub's public URL, such as `https://example.org/.well-known/mercure`, or several. A request for another
   * host is refused with 421. Relative topics and patterns are resolved against the first.
   */
  url: string | readonly string[];
  /** Issuers whose tokens are accepted; default: nobody, and nobody publishes over HTTP. */
  issuers?: readonly Issuer[] | undefined;
  /** The `aud` of tokens; default: the URL that was asked. */
  audience?: string | undefined;
  /** Takes clients of protocol 0.x too, at the same URL; default: none. */
  legacy?: LegacyOptions | undefined;
  /** Whether clients without a token may subscribe, and get public updates; default false. */
  anonymous?: boolean | undefined;
  /** The cookie that may hold a token; default `__Secure-mercure_access_token`. `false`: none. */
  cookieName?: string | false | undefined;
  /**
   * The pages that may publish with a cookie: origins, with one star each at most; default: those of the hub's
   * own origins.
   */
  publishOrigins?: readonly string[] | undefined;
  /** Pages of other origins that may use the hub; default: none. */
  cors?: CorsOptions | undefined;
  /**
   * Where updates are kept; default: a memory log. Give a log of your own an `idPrefix` such as
   * `urn:eventwire:`, since ids of updates have to be IRIs; without it, each update gets a UUID.
   */
  log?: EventLog | undefined;
  /** Options of the hub's channel. */
  channel?: Omit<ChannelOptions, 'log'> | undefined;
  /**
   * Whether the hub announces subscriptions and lists them; a store where several processes are one hub.
   *
   * @default false
   */
  subscriptions?: boolean | SubscriptionStore | undefined;
  /**
   * Options of each stream; default: a comment line after 40 s of silence, and an end after 10 minutes.
   * `maxDuration` is shortened by up to a fifth, so that clients do not all come back at once.
   */
  stream?: HubStreamOptions | undefined;
  /** Limits of requests and tokens. */
  limits?: Partial<HubLimits> | undefined;
  /** Told of each request that is refused. */
  onRefused?: ((refusal: Refusal) => void) | undefined;
  /** Told of what goes wrong; default `console.error`. */
  onError?: ((error: unknown) => void) | undefined;
}

/** A URL of the hub, taken apart. */
export interface HubUrl {
  readonly href: string;
  readonly origin: string;
  readonly host: string;
  readonly path: string;
}

export interface ResolvedHubOptions {
  readonly urls: readonly [HubUrl, ...HubUrl[]];
  readonly authentication: AuthenticationOptions;
  readonly authorizationServers: readonly string[];
  readonly isLegacy: boolean;
  readonly anonymous: boolean;
  readonly cookieName: string | undefined;
  readonly cors: CorsOptions | undefined;
  readonly log: EventLog;
  readonly channel: Omit<ChannelOptions, 'log'>;
  readonly subscriptions: SubscriptionStore | undefined;
  readonly stream: HubStreamOptions & { readonly maxDuration: number };
  readonly limits: HubLimits;
  readonly onRefused: (refusal: Refusal) => void;
  readonly onError: (error: unknown) => void;
}

const RULES = {
  url: is('a URL or an array of URLs', (value) => [value].flat().every((url) => typeof url === 'string')),
  issuers: is('an array of issuers', Array.isArray),
  audience: isString,
  legacy: is('an object', isObject),
  anonymous: isBoolean,
  cookieName: optional(
    is('the name of a cookie', (value) => /^[!#$%&'*+\-.^_`|~\w]+$/.test(String(value))),
    false,
  ),
  publishOrigins: is('an array of origins', Array.isArray),
  cors: is('an object', isObject),
  log: is('an EventLog', isObject),
  channel: is('an object', isObject),
  subscriptions: is(
    'a boolean, or a store with the methods add, remove and list',
    (value) => typeof value === 'boolean' || hasMethods(value, 'add', 'remove', 'list'),
  ),
  stream: is('an object', isObject),
  limits: is('an object', isObject),
  onRefused: isFunction,
  onError: isFunction,
} satisfies OptionRules<HubOptions>;

const STREAM_RULES = Object.fromEntries(
  STREAM_OPTIONS.map((name) => [name, anything]),
) as unknown as OptionRules<HubStreamOptions>;

const verifier = { ...is('{ key, algorithms } or { jwks }', isObject), secret: true };
const ISSUER_RULES = {
  id: is('a text that is not empty', (value) => typeof value === 'string' && value !== ''),
  publisher: verifier,
  subscriber: verifier,
  authorizationServer: isBoolean,
} satisfies OptionRules<Issuer>;
const LEGACY_RULES = {
  ...{ publisher: verifier, subscriber: verifier },
  queryToken: isBoolean,
} satisfies OptionRules<LegacyOptions>;

/** Of protocol 0.x. */
const LEGACY_COOKIE = 'mercureAuthorization';

/** @throws TypeError `INVALID_OPTION` */
export function resolveHubOptions(options: HubOptions): ResolvedHubOptions {
  checkOptions(options, RULES);
  const { issuers = [], legacy, cookieName = '__Secure-mercure_access_token', channel = {} } = options;
  const { log = createMemoryLog({ idPrefix: 'urn:eventwire:' }), subscriptions = false, cors } = options;
  const { stream = {}, limits = {}, onError = (error: unknown) => console.error(error), onRefused } = options;
  const urls = resolveUrls(options.url);
  checkOptions(limits, LIMIT_RULES, { prefix: 'limits.' });
  checkStream(stream);
  if ('log' in channel && channel.log !== undefined)
    throw invalidOption('channel.log', 'to be absent: the log of the hub is its option `log`');
  const report = safeReporter(onError);
  const allLimits: HubLimits = { ...HUB_LIMITS, ...present(limits) };
  return {
    urls,
    authentication: {
      issuers: resolveIssuers(issuers),
      legacy: legacy && resolveLegacy(legacy),
      audience: options.audience,
      carriers: {
        cookies: [...(cookieName === false ? [] : [cookieName]), ...(legacy ? [LEGACY_COOKIE] : [])],
        queryToken: legacy?.queryToken ?? false,
      },
      publishOrigins: originRule(
        'publishOrigins',
        options.publishOrigins ?? urls.map(({ origin }) => origin),
      ),
      limits: allLimits,
    },
    authorizationServers: issuers.filter((issuer) => issuer.authorizationServer).map(({ id }) => id),
    isLegacy: legacy !== undefined,
    anonymous: options.anonymous ?? false,
    cookieName: cookieName === false ? undefined : cookieName,
    cors: cors && {
      // One that is undefined counts as absent.
      allowMethods: ['GET', 'HEAD', 'POST', 'QUERY'],
      allowHeaders: ['Authorization', 'Cache-Control', 'Content-Type', 'Idempotency-Key'],
      exposeHeaders: ['Link', 'Mercure-Last-Event-ID', ...(legacy ? ['Last-Event-ID'] : [])],
      ...present(cors),
    },
    log,
    channel: { ...channel, onError: channel.onError ?? report },
    subscriptions: subscriptions === true ? createMemorySubscriptionStore() : subscriptions || undefined,
    stream: { ...stream, heartbeat: stream.heartbeat ?? 40_000, maxDuration: stream.maxDuration ?? 600_000 },
    limits: allLimits,
    // Called at once, and caught if it throws or rejects.
    onRefused: (refusal) => void (async () => onRefused?.(refusal))().catch(report),
    onError: report,
  };
}

function resolveUrls(given: HubOptions['url']): [HubUrl, ...HubUrl[]] {
  const expected = 'the address of the hub, such as https://example.org/.well-known/mercure';
  const [first, ...others] = [given].flat().map((href) => {
    if (typeof href !== 'string' || !URL.canParse(href))
      throw invalidOption('url', expected, { value: href });
    const url = new URL(href);
    const isHub = /^https?:$/.test(url.protocol) && url.pathname !== '/' && url.search + url.hash === '';
    if (!isHub) throw invalidOption('url', `${expected}, with a path`, { value: href });
    return { href: url.href, origin: url.origin, host: url.host, path: url.pathname };
  });
  if (first === undefined) throw invalidOption('url', expected, { value: given });
  return [first, ...others];
}

function resolveIssuers(issuers: readonly Issuer[]): AuthenticationOptions['issuers'] {
  const resolved = new Map<string, Partial<Record<Role, Verify>>>();
  for (const [index, issuer] of issuers.entries()) {
    const path = `issuers[${index}]`;
    checkOptions(issuer, ISSUER_RULES, { prefix: `${path}.`, name: path });
    if (issuer.id === undefined) throw invalidOption(`${path}.id`, ISSUER_RULES.id.expected);
    if (resolved.has(issuer.id)) throw invalidOption(`${path}.id`, 'an id that no other issuer has');
    resolved.set(issuer.id, resolveKeys(path, issuer));
  }
  return resolved;
}

function resolveLegacy(legacy: LegacyOptions): AuthenticationOptions['legacy'] {
  checkOptions(legacy, LEGACY_RULES, { prefix: 'legacy.' });
  return resolveKeys('legacy', legacy);
}

function resolveKeys(path: string, keys: Partial<Record<Role, Verifier | undefined>>) {
  const resolved: Partial<Record<Role, Verify>> = {};
  for (const role of ['publisher', 'subscriber'] as const) {
    const key = keys[role];
    if (key !== undefined) resolved[role] = resolveVerifier(`${path}.${role}`, key);
  }
  return resolved;
}

/** The values are checked as those of any stream. */
function checkStream(stream: HubStreamOptions): void {
  checkOptions(stream, STREAM_RULES, { prefix: 'stream.' });
  withPrefix('stream.', () => resolveEventStreamInit(stream));
}
