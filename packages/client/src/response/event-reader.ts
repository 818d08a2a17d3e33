import {
  createParser,
  type EventStreamError,
  type EventStreamMessage,
  type ParserHandlers,
} from '@eventwire/parser';
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
  { lastEventId, signal }: ConnectContext,
  exchange: Exchange,
  queue: EventQueue<unknown>,
  trace: Trace,
  onRetry: (ms: number) => void,
) {
  const { terminal, onComment, maxEventSize } = config;
  const watch = watchAnnouncement((found) => {
    announcement = found;
    handlers.onEvent = take;
  });
  let isWatching = true;
  const decode = createDecoder(config, exchange, queue, trace);
  const hasItems = Boolean(decode || onComment);
  let announcement: Announcement | undefined;
  let end: AttemptEnd | undefined;
  const receivedBefore = queue.received;
  let hasEvents = false;
  let isRefused = false;
  /**
   * The chunk's events that are to be decoded, and comments; until events are pushed, they do not count as
   * received.
   */
  let items: (EventStreamMessage | string)[] = [];
  let last: EventStreamMessage | undefined; // by `terminal`

  /** The rest of the chunk is not read. */
  const finish = (by: AttemptEnd) => {
    end = by;
    parser.reset();
  };

  const take = (event: EventStreamMessage) => {
    if (announcement && isConvention(event.type)) {
      const end = actOnConvention(event, config);
      if (end) finish(end);
      return;
    }
    hasEvents = true;
    if (terminal && callSafely(terminal, event) === true) {
      last = event;
      finish({ reason: 'terminal' });
    }
    if (hasItems) items.push(event);
    // Only `terminal` may have ended it since.
    else if (!exchange.isOver) queue.push(event);
  };

  const handlers: ParserHandlers = {
    // Most events are just pushed: what is asked of each is paid by each.
    onEvent: terminal || hasItems ? take : queue.push,
    onRetry,
    onComment: onComment && ((comment) => items.push(comment)),
  };
  const parser = createParser(handlers, { lastEventId, maxEventSize });
  // A `close()` in user code drops the rest of the chunk, too.
  signal.addEventListener('abort', parser.reset);

  /** Hands the items on, from one on; returns a promise where a decoder does. */
  const handOn = (from: number): PromiseLike<AttemptEnd | undefined> | AttemptEnd | undefined => {
    for (let index = from; index < items.length && !exchange.isOver; index++) {
      const item = items[index] as EventStreamMessage | string;
      if (typeof item === 'string') {
        queue.flush(); // the events before it go first
        if (!exchange.isOver) callSafely(onComment, item);
      } else if (!decode) queue.push(item);
      else {
        const refused = decode(item, item === last);
        if (isThenable(refused)) return refused.then((error) => goOn(error, index));
        if (refused) return goOn(refused, index);
      }
    }
    items = [];
    return handedOn();
  };
  const handedOn = () => {
    // Blocks without an event may have set it, too. After a close() in user code it must stay that of the last
    // event that was taken.
    if (!isRefused && !exchange.isOver) queue.pushId(parser.lastEventId);
    return end;
  };
  /** After a decoded item: the stream ends before it if it was refused. */
  const goOn = (error: AttemptEnd['error'], index: number) => {
    if (!error) return handOn(index + 1);
    end = { error };
    isRefused = true;
    return handOn(items.length);
  };

  return {
    /** Ms without a byte, by the heartbeat that the server has announced. */
    idleTimeout: () => 2.5 * (announcement?.heartbeat ?? Infinity),

    /** Whether there was an event that is not of a convention. */
    hasEvents: () => hasEvents || queue.received > receivedBefore,

    /** How the stream ended, if this chunk ended it. */
    feed(chunk: Uint8Array): PromiseLike<AttemptEnd | undefined> | AttemptEnd | undefined {
      try {
        if (isWatching) isWatching = watch(chunk);
        parser.feed(chunk);
      } catch (cause) {
        const isTooLarge = (cause as EventStreamError).code === 'EVENT_TOO_LARGE';
        // Any other error is about a chunk that is no bytes; the next attempt's would not be, either.
        const error = causedError(
          isTooLarge ? 'EVENT_TOO_LARGE' : 'NO_BODY',
          'The body cannot be read',
          cause,
        );
        end = { error };
      }
      return items.length > 0 ? handOn(0) : handedOn();
    },
  };
}
