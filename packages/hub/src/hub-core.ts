import { checkOptions, isString, type OptionRules } from '@eventwire/options';
import {
  type Channel,
  type ChannelCloseOptions,
  createChannel,
  EventStreamClosedError,
  type PlainResponse,
  preflightResponses,
  resolveEventStreamInit,
} from '@eventwire/server';
import { type Fields, parseFields } from './http/form';
import type { HubRequest, HubResponse } from './http/messages';
import { resourceMetadata } from './http/metadata';
import { type Refusal, RefusedError, unauthorized, unavailable } from './http/refusal';
import { metadataPath, refusalResponse, refuseMethod, respond, TEXT } from './http/respond';
import { type Route, route } from './http/routes';
import type { ResolvedHubOptions } from './hub-options';
import { Matchers } from './matching/matchers';
import { isReservedTopic } from './matching/reserved';
import { withPrefix } from './option-prefix';
import { idempotencyKeyOf, readPublication } from './publish/handle-publish';
import { Publisher } from './publish/publisher';
import { checkUpdate, type Update } from './publish/update';
import type { HubSubscriber } from './subscribe/hub-subscriber';
import { Places } from './subscribe/places';
import { Subscribing } from './subscribe/subscribing';
import type { ActiveSubscription } from './subscriptions/documents';
import { listSubscriptions } from './subscriptions/handle-list';
import { Presence } from './subscriptions/presence';
import { Authentication } from './tokens/authentication';

type PublishOptions = { idempotencyKey?: string | undefined };
const PUBLISH_RULES = { idempotencyKey: isString } satisfies OptionRules<PublishOptions>;

/** The hub on whatever runtime: from a request to its response. */
export class HubCore {
  readonly channel: Channel;
  readonly #options: ResolvedHubOptions;
  readonly #authentication: Authentication;
  readonly #places: Places;
  readonly #publisher: Publisher;
  readonly #presence: Presence | undefined;
  readonly #subscribing: Subscribing;
  readonly #cors: ReturnType<typeof resolveEventStreamInit>['crossOrigin'];
  readonly #preflight: ReturnType<typeof preflightResponses> | undefined;
  readonly #paths: readonly string[];

  constructor(options: ResolvedHubOptions) {
    this.#options = options;
    const { log, urls, subscriptions: store, cors } = options;
    const [{ href, path }] = urls;
    const matchers = new Matchers(href);
    this.channel = withPrefix('channel.', () => createChannel({ ...options.channel, log }));
    this.#places = new Places(log);
    this.#publisher = new Publisher(this.channel, log, this.#places);
    this.#authentication = new Authentication(options.authentication, matchers);
    const report = options.onError;
    this.#presence = store && new Presence({ store, publisher: this.#publisher, hubPath: path, report });
    this.#subscribing = new Subscribing(options, this.channel, matchers, this.#places, this.#presence);
    this.#cors = resolveEventStreamInit({ cors }).crossOrigin;
    this.#preflight = cors && preflightResponses(cors);
    this.#paths = urls.map((url) => url.path);
  }

  /** Does not reject. */
  async handle(request: HubRequest): Promise<HubResponse | undefined> {
    let found: Route | undefined;
    let response: HubResponse;
    try {
      found = route(request, this.#options.urls);
      if (!found || (found.endpoint === 'metadata' && this.#metadata(found) === undefined)) return undefined;
      response = await this.#respond(request, found);
    } catch (error) {
      response = { plain: this.#refuse(request, found, error) };
    }
    return response.stream ? response : { plain: this.#withCors(request, response.plain) };
  }

  publish(update: Update, options: PublishOptions = {}): Promise<string> {
    const published = (async () => {
      checkOptions(options, PUBLISH_RULES);
      const { idempotencyKey } = options;
      const key = idempotencyKey === undefined ? undefined : JSON.stringify([idempotencyKey]);
      return this.#publisher.publish(checkUpdate(update, this.#options.limits, this.#isReserved), key);
    })();
    // As the channel's: a rejection that nobody handles does not end the process.
    published.catch(() => {});
    return published;
  }

  async subscriptions(): Promise<readonly ActiveSubscription[]> {
    return (await this.#presence?.list()) ?? [];
  }

  disconnect(matches: (subscriber: HubSubscriber) => boolean): number {
    return this.#subscribing.disconnect(matches);
  }

  async close(options?: ChannelCloseOptions | undefined): Promise<void> {
    await this.channel.close(options);
    await this.#presence?.settled();
  }

  readonly #isReserved = (topic: string): boolean => {
    return isReservedTopic(topic, this.#options.urls[0].href, this.#paths);
  };

  async #respond(request: HubRequest, found: Route): Promise<HubResponse> {
    const methods = this.#methods(found);
    if (request.method === 'OPTIONS') {
      const allowed = { status: 204, headers: [['allow', methods.join(', ')]], body: '' } as const;
      return { plain: this.#preflight?.(request) ?? allowed };
    }
    if (!methods.includes(request.method)) refuseMethod(methods);
    if (found.endpoint === 'metadata') {
      const json = JSON.stringify(resourceMetadata(this.#resource(found), this.#options));
      return { plain: respond(request, 200, 'application/json', json) };
    }
    const query = parseFields(found.query);
    if (found.endpoint === 'subscriptions') return { plain: await this.#list(request, found, query) };
    if (request.method === 'POST') return { plain: await this.#publish(request, found, query) };
    const token = await this.#authentication.token(request, query, 'subscriber', found.url.href);
    if (!token && !this.#options.anonymous) throw unauthorized();
    return { stream: await this.#subscribing.begin(request, query, token) };
  }

  #methods({ endpoint }: Route): readonly string[] {
    if (endpoint !== 'hub') return ['GET', 'HEAD'];
    const publishing = this.#authentication.has('publisher') ? ['POST'] : [];
    return ['GET', 'HEAD', 'QUERY', ...publishing];
  }

  async #list(request: HubRequest, found: Route, query: Fields): Promise<PlainResponse> {
    const presence = this.#presence;
    if (!presence) throw new RefusedError(404, 'This hub does not list subscriptions');
    const token = await this.#authentication.token(request, query, 'subscriber', found.url.href);
    if (!token) throw unauthorized();
    const source = { newest: () => this.#places.newest(), list: () => presence.list() };
    return listSubscriptions(request, found, token, source);
  }

  async #publish(request: HubRequest, found: Route, query: Fields): Promise<PlainResponse> {
    const token = await this.#authentication.token(request, query, 'publisher', found.url.href);
    if (!token) throw unauthorized();
    const update = await readPublication(request, token, this.#options.limits, this.#isReserved);
    const id = await this.#publisher.publish(update, idempotencyKeyOf(request, token));
    return respond(request, 200, TEXT, id);
  }

  #refuse(request: HubRequest, found: Route | undefined, error: unknown): PlainResponse {
    const refused = error instanceof RefusedError ? error : this.#unavailable(error);
    const { status, message, bearerError, details } = refused;
    const refusal: Refusal = {
      ...{ status, reason: details.reason ?? message, error: bearerError, cause: details.cause },
      ...{ method: request.method, path: found?.path ?? request.target.split('?', 1)[0] ?? '' },
    };
    this.#options.onRefused(refusal);
    return refusalResponse(request, refused, found && this.#metadata(found));
  }

  /** The log or the store has failed, or the hub is closing: the client may try again. */
  #unavailable(error: unknown): RefusedError {
    const isClosing = error instanceof EventStreamClosedError;
    if (!isClosing) this.#options.onError(error);
    return unavailable('The hub cannot do this at the moment: try again', error);
  }

  /** The address of the hub's metadata; none if it reads no tokens of protocol 1.0. */
  #metadata({ url }: Route): string | undefined {
    return this.#options.authentication.issuers.size === 0 ? undefined : url.origin + metadataPath(url);
  }

  #resource({ url }: Route): string {
    return this.#options.authentication.audience ?? url.href;
  }

  #withCors(request: HubRequest, response: PlainResponse): PlainResponse {
    const headers = request.method === 'OPTIONS' ? [] : (this.#cors?.headers(request.header('origin')) ?? []);
    return { ...response, headers: [...response.headers, ...headers] };
  }
}
