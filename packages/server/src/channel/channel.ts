import { type EventInput, refuseReservedType } from '@eventwire/encoder';
import { invalidOption } from '@eventwire/options';
import { EventStreamClosedError } from '../errors';
import { LogReader } from '../log/log-reader';
import { ReservedEvents } from '../log/reserved-events';
import {
  isOver,
  refuseFollowed,
  type SubscribableStream,
  type Subscriber,
  type Subscription,
  subscriberOf,
} from '../stream/subscriber';
import { attempt } from '../user-callbacks';
import {
  type ChannelCloseOptions,
  type ChannelOptions,
  checkCloseOptions,
  checkPublishOptions,
  checkSubscribeOptions,
  type PublishOptions,
  type ResolvedChannelOptions,
  resolveChannelOptions,
  type SubscribeOptions,
} from './channel-options';
import { type ChannelStats, Meter } from './channel-stats';
import { closeSubscribers, closeWithRetry } from './close';
import { LiveDelivery } from './live-delivery';
import { select } from './selection';
import { ChannelSubscription, type SubscriptionContext } from './subscription';

/** Publishes to all subscribers, and gives a client that comes back what it has missed. */
export interface Channel {
  /**
   * Adds an event to the log, from where every subscriber gets it. Resolves with the id that clients see;
   * under an `idempotencyKey` that the log knows, with that of the first. A rejection that nobody handles does not
   * crash the process: EventStreamClosedError `CHANNEL_CLOSED`, TypeError `INVALID_OPTION`,
   * ServerEventError `RESERVED_TYPE`, `ID_NOT_ALLOWED` and what the encoder refuses, or the log's own
   * error.
   */
  publish(event: EventInput, options?: PublishOptions | undefined): Promise<string>;
  /**
   * Writes to a subscriber what follows its id, then what is published, until either is closed. Where there
   * are `maxSubscribers` already, the subscriber is turned away, and the subscription is closed from the
   * start. A stream is in one channel at a time, since it has one last event ID.
   *
   * @throws TypeError `INVALID_OPTION`; EventStreamUsageError `ALREADY_SUBSCRIBED` if the stream is in a
   *   channel
   */
  subscribe(stream: SubscribableStream | Subscriber, options?: SubscribeOptions | undefined): Subscription;
  /** Subscribers at present. */
  readonly size: number;
  /** The channel's numbers so far. */
  stats(): ChannelStats;
  /**
   * Closes every subscriber (their clients come back), and settles once all their responses are over. From
   * then on subscribers are closed at once, with a reconnection time of their own too, and publishing is
   * refused. A log that was given stays the caller's.
   *
   * @throws TypeError `INVALID_OPTION`
   */
  close(options?: ChannelCloseOptions | undefined): Promise<void>;
}

/** Seconds after which a client that was turned away is to ask again. */
const RETRY_AFTER = 5;

/**
 * Makes a channel, with a memory log unless another one is given.
 *
 * @example
 * const channel = createChannel({ log: createMemoryLog({ maxEvents: 1000 }) });
 * createServer(eventStreamHandler((stream) => channel.subscribe(stream)));
 * await channel.publish({ type: 'placed', data: '7' });
 *
 * // For pages of other origins, give the handler `cors`, and route OPTIONS to `preflightHandler(cors)`.
 *
 * @throws TypeError `INVALID_OPTION`
 */
export function createChannel(options: ChannelOptions = {}): Channel {
  return new LogChannel(resolveChannelOptions(options));
}

class LogChannel implements Channel {
  readonly #options: ResolvedChannelOptions;
  readonly #live: LiveDelivery;
  readonly #meter: Meter;
  readonly #context: SubscriptionContext;
  readonly #subscriptions = new Set<ChannelSubscription>();
  /** Set first thing: what closing calls may publish and subscribe. */
  #closeOptions: ChannelCloseOptions | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedChannelOptions) {
    this.#options = options;
    const reserved = new ReservedEvents(options.onError);
    const reader = new LogReader(options.log, options.maxReplayBytes, reserved);
    this.#live = new LiveDelivery(options.log, reader, reserved);
    this.#meter = new Meter(options.onMetric);
    this.#context = {
      log: options.log,
      reader,
      live: this.#live,
      meter: this.#meter,
      slowPolicy: options.slowPolicy,
      report: options.onError,
      left: (subscription) => this.#subscriptions.delete(subscription),
    };
  }

  get size(): number {
    return this.#subscriptions.size;
  }

  stats(): ChannelStats {
    let slow = 0;
    for (const subscription of this.#subscriptions) if (subscription.slow) slow++;
    return this.#meter.stats(slow);
  }

  publish(event: EventInput, options?: PublishOptions | undefined): Promise<string> {
    const published = this.#append(event, options);
    published.catch(() => {});
    return published;
  }

  subscribe(stream: SubscribableStream | Subscriber, options: SubscribeOptions = {}): Subscription {
    const subscriber = subscriberOf(stream);
    checkSubscribeOptions(options);
    refuseFollowed(subscriber);
    const { lastEventId = subscriber.lastEventId, initial } = options;
    if (typeof lastEventId !== 'string') {
      throw invalidOption('lastEventId', 'a string', { value: lastEventId });
    }
    const selection = select(options, subscriber.context);
    if (this.#turnsAway(subscriber) || isOver(subscriber)) {
      return { cursor: lastEventId, closed: Promise.resolve(), close: () => {} };
    }
    const subscription = new ChannelSubscription(this.#context, subscriber, lastEventId, selection, initial);
    this.#subscriptions.add(subscription);
    this.#meter.add('subscribers', 1);
    subscription.start();
    return subscription;
  }

  close(options: ChannelCloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    this.#closeOptions ??= options;
    this.#closing ??= this.#closeAll(options);
    return this.#closing;
  }

  async #append(event: EventInput, options: PublishOptions = {}): Promise<string> {
    if (this.#closeOptions)
      throw new EventStreamClosedError('CHANNEL_CLOSED', 'The channel was closed: stop publishing');
    checkPublishOptions(options);
    refuseReservedType(event);
    this.#context.reader.published();
    const logged = await this.#options.log.append(event, options);
    this.#meter.add('published', 1);
    return logged.wireId ?? logged.id;
  }

  #turnsAway(subscriber: Subscriber): boolean {
    if (this.#closeOptions) {
      this.#closeSubscriber(subscriber, this.#closeOptions.retry);
      return true;
    }
    if (this.#subscriptions.size < this.#options.maxSubscribers) return false;
    this.#meter.add('refused', 1);
    if (!subscriber.refuse) this.#closeSubscriber(subscriber, undefined);
    else attempt(() => subscriber.refuse?.(RETRY_AFTER), this.#options.onError);
    return true;
  }

  async #closeAll(options: ChannelCloseOptions): Promise<void> {
    // A callback may close the channel in the middle of a delivery: the subscribers that are not reached
    // yet get theirs first.
    if (this.#live.delivering) await undefined;
    // Streams that wait for their turn go on until then.
    if (!options.spread) this.#live.close();
    await closeSubscribers([...this.#subscriptions], options, this.#options.onError, () =>
      this.#live.close(),
    );
  }

  #closeSubscriber(subscriber: Subscriber, retry: ChannelCloseOptions['retry']): Promise<void> | undefined {
    return attempt(() => closeWithRetry(subscriber, retry), this.#options.onError);
  }
}
