import { createParser, type EventStreamError, type EventStreamMessage } from '@eventwire/parser';
import type { Config } from '../config';
import type { ConnectContext } from '../contexts';
import { causedError } from '../errors';
import type { EventQueue } from '../queue/event-queue';
import type { Exchange } from '../request/exchange';
import type { Trace } from '../trace';
import { callSafely, isThenable } from '../user-callbacks';
import { type Announcement, watchAnnouncement } from './announcement';
import { actOnConvention, isConvention } from './conventions';
import { createDecoder } from './decoder';
import type { AttemptEnd } from './status';

/**
 * The bytes of one response to the queue: parsed, decoded, with the conventions above the Standard acted on.
 * Synchronous but for a decoder that is not.
 */
export function createReader(
  config: Config,
  { lastEventId }: ConnectContext,
  exchange: Exchange,
  queue: EventQueue<unknown>,
  trace: Trace,
  onRetry: (ms: number) => void,
) {
  const { terminal, onComment, maxEventSize } = config;
  const watch = watchAnnouncement();
  const decode = createDecoder(config, exchange, queue, trace);
  const hasItems = Boolean(decode || onComment);
  let announcement: Announcement | undefined;
  let end: AttemptEnd | undefined;
  let hasEvents = false;
  /** Whether an event is just to be pushed, as most are: what is asked of each is paid by each. */
  let isPlain = !terminal && !hasItems;
  /**
   * The chunk's events that are to be decoded, and comments; until events are pushed, they do not count as
   * received.
   */
  let items: (EventStreamMessage | string)[] = [];
  let last: EventStreamMessage | undefined; // by `terminal`
  /** Of the block that ended the stream: later ones in its chunk do not count. */
  let endId: string | undefined;

  /** Nothing that follows a closing event, or a `close()` in user code, is acted on. */
  const going =
    <A>(act: (value: A) => void) =>
    (value: A) => {
      if (!end && !exchange.isOver) act(value);
    };

  const finish = (by: AttemptEnd, id: string | undefined) => {
    end = by;
    endId = id;
    isPlain = false;
  };

  const take = (event: EventStreamMessage) => {
    if (announcement && isConvention(event.type)) {
      const end = actOnConvention(event, config);
      if (end) finish(end, event.lastEventId);
      return;
    }
    hasEvents = true;
    if (terminal && callSafely(terminal, event) === true) {
      last = event;
      finish({ reason: 'terminal' }, event.lastEventId);
    }
    if (hasItems) items.push(event);
    // Only `terminal` may have ended it since.
    else if (!exchange.isOver) queue.push(event, event.lastEventId);
  };

  const parser = createParser(
    {
      onEvent(event: EventStreamMessage) {
        if (exchange.isOver) return;
        if (isPlain) {
          hasEvents = true;
          queue.push(event, event.lastEventId);
        } else if (!end) take(event);
      },
      onRetry: going(onRetry),
      onComment: onComment && going((comment: string) => items.push(comment)),
    } as Parameters<typeof createParser>[0],
    { lastEventId, maxEventSize },
  );

  /** Hands the items on, from one on; returns a promise where a decoder does. */
  const handOn = (from: number): PromiseLike<AttemptEnd | undefined> | AttemptEnd | undefined => {
    for (let index = from; index < items.length && !exchange.isOver; index++) {
      const item = items[index] as EventStreamMessage | string;
      if (typeof item === 'string') {
        queue.flush(); // the events before it go first
        if (!exchange.isOver) callSafely(onComment, item);
      } else if (!decode) queue.push(item, item.lastEventId);
      else {
        const refused = decode(item, item === last);
        if (isThenable(refused)) return refused.then((error) => goOn(error, index));
        if (refused) return goOn(refused, index);
      }
    }
    if (items.length > 0) items = [];
    // After a close() in user code the id must stay that of the last event that was taken.
    const id = end ? endId : parser.lastEventId;
    if (id !== undefined && !exchange.isOver) queue.pushId(id);
    return end;
  };
  /** After a decoded item: the stream ends before it if it was refused. */
  const goOn = (error: AttemptEnd['error'], index: number) => {
    if (!error) return handOn(index + 1);
    finish({ error }, undefined);
    return handOn(items.length);
  };

  return {
    /** Ms without a byte, by the heartbeat that the server has announced. */
    idleTimeout: () => 2.5 * (announcement?.heartbeat ?? Infinity),

    /** Whether there was an event that is not of a convention. */
    hasEvents: () => hasEvents,

    /** How the stream ended, if this chunk ended it. */
    feed(chunk: Uint8Array): PromiseLike<AttemptEnd | undefined> | AttemptEnd | undefined {
      try {
        announcement = watch(chunk);
        if (announcement) isPlain = false;
        parser.feed(chunk);
      } catch (cause) {
        const isTooLarge = (cause as EventStreamError).code === 'EVENT_TOO_LARGE';
        // Any other error is about a chunk that is no bytes; the next attempt's would not be, either.
        const error = causedError(
          isTooLarge ? 'EVENT_TOO_LARGE' : 'NO_BODY',
          'The body cannot be read',
          cause,
        );
        if (!end) finish({ error }, parser.lastEventId);
      }
      return handOn(0);
    },
  };
}
