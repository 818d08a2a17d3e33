import { createParser, type EventStreamError, type EventStreamMessage } from '@eventwire/parser';
import type { Config } from '../config';
import type { ConnectContext } from '../contexts';
import { ConnectionError, causedError } from '../errors';
import type { EventQueue } from '../queue/event-queue';
import type { Trace } from '../trace';
import { callSafely } from '../user-callbacks';
import { type Announcement, watchAnnouncement } from './announcement';
import { actOnConvention, isConvention } from './conventions';
import type { AttemptEnd } from './status';

/**
 * The bytes of one response to the queue: parsed, decoded, with the conventions above the Standard acted on.
 */
export function createReader(
  config: Config,
  { signal, lastEventId }: ConnectContext,
  queue: EventQueue<unknown>,
  trace: Trace,
  onRetry: (ms: number) => void,
) {
  const { schema, decode = schema ? 'json' : 'text', terminal, onComment, onInvalid, maxEventSize } = config;
  const watch = watchAnnouncement();
  let announcement: Announcement | undefined;
  let end: AttemptEnd | undefined;
  /** The chunk's events and comments; until events are pushed, they do not count as received. */
  const items: (EventStreamMessage | string)[] = [];
  let last: EventStreamMessage | undefined; // by `terminal`
  // Passed on at the end of a chunk only: before the block's event, the queue would take it for the id of the
  // event before that one.
  let newestId: string | undefined;

  /** Nothing that follows a closing event, or a `close()` in user code, is acted on. */
  const going =
    <A>(act: (value: A) => void) =>
    (value: A) => {
      if (!signal.aborted && !end) act(value);
    };

  const parser = createParser(
    {
      onEvent: going((event: EventStreamMessage) => {
        if (announcement && isConvention(event.type)) {
          end = actOnConvention(event, config);
          return;
        }
        items.push(event);
        if (callSafely(terminal, event) === true) {
          last = event;
          end = { reason: 'terminal' };
        }
      }),
      onLastEventId: going((id: string) => {
        newestId = id;
      }),
      onRetry: going(onRetry),
      onComment: onComment && going((comment: string) => items.push(comment)),
    } as Parameters<typeof createParser>[0],
    { lastEventId, maxEventSize },
  );

  /** What `decode` and `schema` make of an event's data. */
  const decoded = async (event: EventStreamMessage): Promise<unknown> => {
    let data: unknown = event.data;
    if (decode === 'json') data = JSON.parse(event.data);
    else if (decode !== 'text') data = await decode(event.data, event);
    const result = await schema?.[event.type]?.['~standard'].validate(data);
    if (!result) return data;
    const { issues } = result;
    if (issues) throw new Error(issues.map(({ message }) => message).join('; '), { cause: issues });
    return result.value;
  };

  const pushDecoded = async (event: EventStreamMessage): Promise<void> => {
    const { type, lastEventId } = event;
    const quotedType = JSON.stringify(type);
    let error: ConnectionError | undefined;
    // The type comes from the wire: it must not find what every object inherits.
    if (!schema || Object.hasOwn(schema, type))
      try {
        const data = await decoded(event);
        if (!signal.aborted) queue.push({ ...event, data }, lastEventId);
        return;
      } catch (cause) {
        const which = `Event ${quotedType}, last event ID ${JSON.stringify(lastEventId)},`;
        // Not the cause's words, which may quote the data.
        error = new ConnectionError('INVALID_EVENT', `${which} is invalid`, { cause });
      }
    if (signal.aborted) return;
    // The last event, such as [DONE], is often not like the rest.
    if (
      error &&
      event !== last &&
      (typeof onInvalid === 'function' ? callSafely(onInvalid, error, event) : onInvalid) !== 'skip'
    ) {
      end = { error };
      // The stream ends here, before this event.
      newestId = undefined;
      items.length = 0;
      return;
    }
    trace('event-skipped', { event: quotedType, code: error?.code });
    if (!signal.aborted) queue.pushId(lastEventId);
  };

  return {
    /** Ms without a byte, by the heartbeat that the server has announced. */
    idleTimeout: () => 2.5 * (announcement?.heartbeat ?? Infinity),

    /** How the stream ended, if this chunk ended it. */
    async feed(chunk: Uint8Array): Promise<AttemptEnd | undefined> {
      try {
        announcement = watch(chunk);
        parser.feed(chunk);
      } catch (cause) {
        const isTooLarge = (cause as EventStreamError).code === 'EVENT_TOO_LARGE';
        // Any other error is about a chunk that is no bytes; the next attempt's would not be, either.
        end ??= {
          error: causedError(isTooLarge ? 'EVENT_TOO_LARGE' : 'NO_BODY', 'The body cannot be read', cause),
        };
      }
      for (const item of items) {
        if (signal.aborted) break;
        if (typeof item === 'string') {
          queue.flush(); // the events before it go first
          if (!signal.aborted) callSafely(onComment, item);
        } else if (decode !== 'text' || schema) await pushDecoded(item);
        else queue.push(item, item.lastEventId);
      }
      items.length = 0;
      // After a close() in user code the id must stay that of the last event that was taken.
      if (!signal.aborted && newestId !== undefined) queue.pushId(newestId);
      newestId = undefined;
      return end;
    },
  };
}
