import { createParser, EventStreamError, type EventStreamMessage } from '@eventwire/parser';
import { actOnConvention } from './act-on-convention';
import { Announcement } from './announcement';
import type { Config } from './check-options';
import { ConnectionError } from './connection-error';
import type { Ending } from './endings';
import type { EventQueue } from './event-queue';
import type { ConnectContext } from './options';
import type { Trace } from './trace';
import { callSafely, reasonOf } from './user-code';

/** The bytes of one response to the queue: parsed, decoded, with the conventions above the Standard acted on. */
export function createReader(
  config: Config,
  { signal, lastEventId }: ConnectContext,
  queue: EventQueue<unknown>,
  trace: Trace,
  onRetry: (ms: number) => void,
) {
  const { schema, decode = schema ? 'json' : 'text', terminal, onComment, onInvalid, maxEventSize } = config;
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
        if (decode !== 'text' || schema) raw.push(event);
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
      onComment:
        onComment &&
        going((text: string) => {
          if (raw.length > 0) raw.push(text);
          else tell(text);
        }),
    } as Parameters<typeof createParser>[0],
    { lastEventId, maxEventSize },
  );

  /** Pushes what `decode` and `schema` make of it; true where the stream ends here, before it. */
  const decodeNext = async (event: EventStreamMessage): Promise<boolean> => {
    const { type, lastEventId } = event;
    let data: unknown = event.data;
    let error: ConnectionError | undefined;
    // The type comes from the wire: it must not find what every object inherits.
    const isListed = !schema || Object.hasOwn(schema, type);
    if (isListed) {
      try {
        if (decode === 'json') data = JSON.parse(event.data);
        else if (decode !== 'text') data = await decode(event.data, event);
        const result = await schema?.[type]?.['~standard'].validate(data);
        if (result?.issues) {
          const { issues } = result;
          throw new Error(issues.map(({ message }) => message).join('; '), { cause: issues });
        }
        if (result) data = result.value;
      } catch (cause) {
        const which = `Event ${JSON.stringify(type)} with the last event ID ${JSON.stringify(lastEventId)}`;
        error = new ConnectionError('INVALID_EVENT', `${which} is invalid: ${reasonOf(cause)}`, { cause });
      }
    }
    if (signal.aborted) return true;
    if (isListed && !error) {
      queue.push({ ...event, data }, lastEventId);
      return false;
    }
    // What a stream ends with, such as [DONE], is often not like the rest.
    if (error && event !== last) {
      if ((typeof onInvalid === 'function' ? callSafely(onInvalid, error, event) : onInvalid) !== 'skip') {
        newestId = undefined;
        ending = { error };
        return true;
      }
    }
    trace('event-skipped', { event: JSON.stringify(type), code: error?.code });
    if (!signal.aborted) queue.pushId(lastEventId);
    return false;
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
        const message = `${cause.message}: see the option maxEventSize`;
        ending ??= { error: new ConnectionError('EVENT_TOO_LARGE', message, { cause }) };
      }
      const items = raw;
      raw = [];
      for (const item of items) {
        if (signal.aborted) break;
        if (typeof item === 'string') tell(item);
        else if (await decodeNext(item)) break;
      }
      // After a close() in user code the id must stay that of the last event that was taken.
      if (!signal.aborted && newestId !== undefined) queue.pushId(newestId);
      newestId = undefined;
      return ending;
    },
  };
}
