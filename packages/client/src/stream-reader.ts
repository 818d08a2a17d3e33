import { createParser, EventStreamError, type EventStreamMessage } from '@eventwire/parser';
import { Announcement } from './announcement';
import type { Config } from './check-options';
import { ConnectionError } from './connection-error';
import { actOnConvention } from './conventions';
import { decodeEvent } from './decode-event';
import type { Ending } from './endings';
import type { EventQueue } from './event-queue';
import type { ConnectContext } from './options';
import type { Trace } from './trace';
import { callSafely } from './user-code';

/** The bytes of one response to the queue: parsed, decoded, with the conventions above the Standard acted on. */
export function createReader(
  config: Config,
  { signal, lastEventId }: ConnectContext,
  queue: EventQueue<unknown>,
  trace: Trace,
  onRetry: (ms: number) => void,
) {
  const { decode = 'text', schema, terminal, onComment, onInvalid, maxEventSize } = config;
  const announcement = new Announcement();
  let ending: Ending | undefined;
  // Events that are still to be decoded, and the comments after the first of them. Until events are pushed, they do not
  // count as received.
  let raw: (EventStreamMessage | string)[] = [];
  let last: EventStreamMessage | undefined; // by `terminal`
  // Passed on at the end of a chunk only: before the block's event, the queue would take it for the id of the
  // event before that one.
  let newestId: string | undefined;

  /** Nothing that follows a closing event, or a `close()` in user code, is acted on. */
  const going =
    <A>(act: (value: A) => void) =>
    (value: A) => {
      if (!signal.aborted && !ending) act(value);
    };

  /** The events before it go first. */
  const tell = (comment: string) => {
    queue.flush();
    if (!signal.aborted) callSafely(onComment, comment);
  };

  const parser = createParser(
    {
      onEvent: going((event: EventStreamMessage) => {
        const acted = announcement.announced && actOnConvention(event, config);
        if (acted) {
          if (acted !== true) ending = acted;
          return;
        }
        if (schema || decode !== 'text') raw.push(event);
        else queue.push(event, event.lastEventId);
        if (callSafely(terminal, event) === true) {
          last = event;
          ending = { reason: 'terminal' };
        }
      }),
      onLastEventId: going((id: string) => {
        newestId = id;
      }),
      onRetry: going(onRetry),
      ...(onComment && {
        onComment: going((text: string) => {
          if (raw.length > 0) raw.push(text);
          else tell(text);
        }),
      }),
    },
    { lastEventId, maxEventSize },
  );

  /** False where the stream ends here, before this event. */
  const decodeNext = async (event: EventStreamMessage): Promise<boolean> => {
    let error: ConnectionError | undefined;
    let decoded: unknown;
    try {
      decoded = await decodeEvent(config, event);
    } catch (cause) {
      error = cause as ConnectionError;
    }
    if (signal.aborted) return false;
    if (decoded) {
      queue.push(decoded, event.lastEventId);
      return true;
    }
    // What a stream ends with, such as [DONE], is often not like the rest.
    if (error && event !== last) {
      const policy = typeof onInvalid === 'function' ? callSafely(onInvalid, error, event) : onInvalid;
      if (policy !== 'skip') {
        newestId = undefined;
        ending = { error };
        return false;
      }
    }
    trace('event-skipped', { event: JSON.stringify(event.type), code: error?.code });
    if (!signal.aborted) queue.pushId(event.lastEventId);
    return true;
  };

  return {
    /** Ms without a byte, by the heartbeat that the server has announced. */
    idleTimeout: () => 2.5 * (announcement.heartbeat ?? Infinity),

    /** How the stream ended, if this chunk ended it. */
    async feed(chunk: Uint8Array): Promise<Ending | undefined> {
      announcement.feed(chunk);
      try {
        parser.feed(chunk);
      } catch (cause) {
        if (!(cause instanceof EventStreamError)) throw cause;
        const message = `${cause.message} The option maxEventSize sets the limit.`;
        ending ??= { error: new ConnectionError('EVENT_TOO_LARGE', message, { cause }) };
      }
      const items = raw;
      raw = [];
      for (const item of items) {
        if (signal.aborted) break;
        if (typeof item === 'string') tell(item);
        else if (!(await decodeNext(item))) break;
      }
      // After a close() in user code the id must stay that of the last event that was taken.
      if (!signal.aborted && newestId !== undefined) queue.pushId(newestId);
      newestId = undefined;
      return ending;
    },
  };
}
