import {
  type Channel,
  type EventStreamInit,
  type ResolvedEventStreamInit,
  resolveEventStreamInit,
  SUBSCRIBER,
  type SubscribableStream,
  type Subscriber,
  type Subscription,
} from '@eventwire/server';
import { Fields, isForm, parseBody, readBody } from '../http/form';
import type { HubRequest, StreamResponse } from '../http/messages';
import { badRequest } from '../http/refusal';
import { headerValue } from '../http/respond';
import type { ResolvedHubOptions } from '../hub-options';
import type { Matcher, Matchers } from '../matching/matchers';
import type { Presence } from '../subscriptions/presence';
import type { Token } from '../tokens/authentication';
import { ConnectedSubscriber, type HubSubscriber, mayRead } from './hub-subscriber';
import { requestedId } from './last-event-id';
import type { Place, Places } from './places';
import { readSelectors } from './selectors';

const NO_FIELDS = new Fields([]);
/** Sent first, since some browsers tell a page that its stream is open only once a byte has come. */
const COMMENT_LINE = Uint8Array.of(0x3a, 0x0a);
/** Asks for Eventwire's conventions in the stream, by which its client keeps its place while nothing is for it. */
const CONVENTIONS = 'eventwire';
/** The part of `maxDuration` that chance may take away, and in how many steps. */
const JITTER = 0.2;
const STEPS = 64;

/** Serves those that subscribe. */
export class Subscribing {
  readonly #options: ResolvedHubOptions;
  readonly #channel: Channel;
  readonly #matchers: Matchers;
  readonly #places: Places;
  readonly #presence: Presence | undefined;
  readonly #connected = new Map<Subscriber, ConnectedSubscriber>();
  /** By the step of `maxDuration`. */
  readonly #plain: ResolvedEventStreamInit[] = [];

  constructor(
    options: ResolvedHubOptions,
    channel: Channel,
    matchers: Matchers,
    places: Places,
    presence: Presence | undefined,
  ) {
    this.#options = options;
    this.#channel = channel;
    this.#matchers = matchers;
    this.#places = places;
    this.#presence = presence;
  }

  /**
   * @param token `undefined`: of nobody
   * @throws RefusedError 400, 413
   */
  async begin(request: HubRequest, query: Fields, token: Token | undefined): Promise<StreamResponse> {
    const { limits, isLegacy } = this.#options;
    const body = request.method === 'QUERY' ? await this.#readBody(request) : NO_FIELDS;
    const all = new Fields([...query.pairs, ...body.pairs]);
    const { protocol, matchers } = readSelectors(all, this.#matchers, limits, isLegacy);
    const place = await this.#places.find(requestedId(request, query, body));
    const subscriber = new ConnectedSubscriber(protocol, matchers, token);
    const conventions = query.get(CONVENTIONS) === '1';
    return {
      init: this.#init(place, subscriber, token?.expiresAt, conventions),
      begin: (stream) => this.#subscribe(stream, subscriber, place),
    };
  }

  disconnect(matches: (subscriber: HubSubscriber) => boolean): number {
    const chosen = [...this.#connected].filter(([, subscriber]) => matches(subscriber));
    for (const [stream] of chosen) stream.close();
    return chosen.length;
  }

  async #readBody(request: HubRequest): Promise<Fields> {
    const bytes = await readBody(request, this.#options.limits.maxBodyBytes);
    if (bytes.byteLength === 0) return NO_FIELDS;
    if (!isForm(request.header('content-type')))
      throw badRequest('Send the matchers as application/x-www-form-urlencoded');
    return parseBody(bytes);
  }

  #init(
    { lastEventId }: Place,
    { protocol }: ConnectedSubscriber,
    expiresAt: number | undefined,
    conventions: boolean,
  ): EventStreamInit {
    const step = Math.floor(Math.random() * STEPS);
    // Shared by those that are new and need nothing of their own: half a kB less for each.
    if (lastEventId === undefined && expiresAt === undefined && !conventions) {
      this.#plain[step] ??= this.#resolve(step, {});
      return this.#plain[step];
    }
    const header = protocol === '1.0' ? 'Mercure-Last-Event-ID' : 'Last-Event-ID';
    const headers = lastEventId === undefined ? {} : { [header]: headerValue(lastEventId) };
    return this.#resolve(step, { headers, expiresAt, conventions });
  }

  #resolve(step: number, own: EventStreamInit): ResolvedEventStreamInit {
    const { stream, cors, onError } = this.#options;
    const maxDuration = Math.ceil(stream.maxDuration * (1 - (JITTER * step) / STEPS));
    return resolveEventStreamInit({
      ...{ ...stream, cors, onError, onFinish: 'close', conventions: false },
      ...{ ...own, maxDuration },
    });
  }

  #subscribe(
    stream: SubscribableStream & { readonly closed: Promise<void> },
    subscriber: ConnectedSubscriber,
    { after }: Place,
  ): Subscription {
    const connection = stream[SUBSCRIBER];
    connection.context = subscriber;
    const topics = topicsOf(subscriber.matchers);
    const subscription = this.#channel.subscribe(stream, { topics, filter: mayRead, lastEventId: after });
    // Turned away, or gone already.
    if (connection.over) return subscription;
    connection.write(COMMENT_LINE);
    this.#connected.set(connection, subscriber);
    void stream.closed.then(() => this.#connected.delete(connection));
    this.#presence?.follow(subscriber, stream.closed);
    return subscription;
  }
}

/** `undefined`: all, and updates without topics too. */
function topicsOf(matchers: readonly Matcher[]): (string | Matcher)[] | undefined {
  if (matchers.some(({ kind }) => kind === 'everything')) return undefined;
  return matchers.map((matcher) => (matcher.kind === 'equality' ? matcher.match : matcher));
}
