import type { EventInput } from '@eventwire/encoder';
import { checkFunction, checkOptions, invalidOption, kindOf } from './check-option';
import { refuseReserved } from './conventions';
import type { EventLog } from './event-log';
import { EventStreamClosedError } from './event-stream-closed-error';
import { guarded } from './event-stream-init';
import { Feed } from './feed';
import { Member, type MemberContext } from './member';
import { createMemoryLog } from './memory-log';
import type { Subscriber, Subscription } from './subscriber';

export interface ChannelOptions {
  /** Where events are kept for those who come back; default: a memory log of the channel's own. */
  log?: EventLog | undefined;
  /** Told of what goes wrong with one subscriber, which is then closed, and with the log; default `console.error`. */
  onError?: ((error: unknown) => void) | undefined;
}

export interface SubscribeOptions {
  /** The id to go on from; default: the subscriber's. Empty: from now on. */
  lastEventId?: string | undefined;
  /**
   * The present state as events without ids, for who comes without an id or after a gap. It is called once the channel knows the
   * place in the log from which it delivers, so that what happens meanwhile follows.
   */
  initial?: (() => Iterable<EventInput> | AsyncIterable<EventInput>) | undefined;
}

/** Publishes to all subscribers, and gives who comes back what it has missed. */
export interface Channel {
  /**
   * Adds an event to the log, from where every subscriber gets it. Resolves with its id. Who ignores the promise is not crashed
   * by a rejection: EventStreamClosedError `CHANNEL_CLOSED`, ServerEventError `RESERVED_TYPE`, `ID_NOT_ALLOWED` and what the
   * encoder refuses, or the log's own error.
   */
  publish(event: EventInput, options?: { topic?: string | undefined } | undefined): Promise<string>;
  /**
   * Writes to a subscriber what follows its id, then what is published, until either is closed.
   *
   * @throws EventStreamUsageError `INVALID_OPTION`
   */
  subscribe(subscriber: Subscriber, options?: SubscribeOptions | undefined): Subscription;
  /** Subscribers at present. */
  readonly size: number;
  /**
   * Closes every subscriber (their clients come back), and settles once all their responses are over. From then on subscribers are
   * closed at once and publishing is refused. A log that was given stays the caller's.
   */
  close(): Promise<void>;
}

/** @throws EventStreamUsageError `INVALID_OPTION` */
export function createChannel(options: ChannelOptions = {}): Channel {
  checkOptions(options);
  const { log = createMemoryLog(), onError = (error: unknown) => console.error(error) } = options;
  for (const method of ['append', 'head', 'compare', 'read', 'tail'] as const) {
    if (typeof log?.[method] !== 'function') {
      throw invalidOption('log', `must be an EventLog, but has no method ${method}`);
    }
  }
  checkFunction('onError', onError);
  return new LogChannel(log, guarded(onError));
}

class LogChannel implements Channel {
  readonly #log: EventLog;
  readonly #feed: Feed;
  readonly #onError: (error: unknown) => void;
  readonly #members = new Set<Member>();
  #closing: Promise<void> | undefined;

  constructor(log: EventLog, onError: (error: unknown) => void) {
    this.#log = log;
    this.#feed = new Feed(log);
    this.#onError = onError;
  }

  get size(): number {
    return this.#members.size;
  }

  publish(event: EventInput, options?: { topic?: string | undefined } | undefined): Promise<string> {
    const published = this.#append(event, options);
    published.catch(() => {});
    return published;
  }

  subscribe(subscriber: Subscriber, options: SubscribeOptions = {}): Subscription {
    checkOptions(options);
    const { lastEventId = subscriber.lastEventId, initial } = options;
    if (typeof lastEventId !== 'string') {
      throw invalidOption('lastEventId', `must be a string, not ${kindOf(lastEventId)}`);
    }
    if (initial !== undefined) checkFunction('initial', initial);
    if (this.#closing) subscriber.close();
    if (this.#closing || subscriber.signal.aborted) {
      return { cursor: lastEventId, closed: Promise.resolve(), close: () => {} };
    }
    const context: MemberContext = {
      log: this.#log,
      feed: this.#feed,
      initial,
      report: this.#onError,
      left: this.#left,
    };
    const member = new Member(context, subscriber, lastEventId);
    this.#members.add(member);
    return member;
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #append(event: EventInput, options?: { topic?: string | undefined } | undefined): Promise<string> {
    if (this.#closing)
      throw new EventStreamClosedError('CHANNEL_CLOSED', 'The channel was closed: stop publishing');
    refuseReserved(event);
    const logged = await this.#log.append(event, options);
    return logged.id;
  }

  async #closeAll(): Promise<void> {
    this.#feed.close();
    const members = [...this.#members];
    const closed = members.map(({ subscriber }) => {
      try {
        subscriber.close();
        return subscriber.closed;
      } catch (error) {
        return this.#onError(error);
      }
    });
    for (const member of members) member.close();
    await Promise.all(closed);
  }

  readonly #left = (member: Member): void => {
    this.#members.delete(member);
  };
}
