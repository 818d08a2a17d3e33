import type { EventStreamMessage } from '@eventwire/parser';
import type { Config } from '../config';
import { ConnectionError } from '../errors';
import type { EventQueue } from '../queue/event-queue';
import type { Exchange } from '../request/exchange';
import type { Trace } from '../trace';
import { callSafely, isThenable } from '../user-callbacks';
import type { SchemaResult } from './standard-schema';

/**
 * Pushes an event's value to the queue, or skips the event.
 *
 * @param isLast it is the last of the stream, and often not like the others: `[DONE]`
 * @returns why the stream fails, if it does; a promise only where `decode` or `schema` gives one
 */
type Decoder = (
  event: EventStreamMessage,
  isLast: boolean,
) => ConnectionError | undefined | PromiseLike<ConnectionError | undefined>;

/** By the options `decode`, `schema` and `onInvalid`; undefined where events stay as they are. */
export function createDecoder(
  { schema, decode = schema ? 'json' : 'text', onInvalid }: Config,
  exchange: Exchange,
  queue: EventQueue<unknown>,
  trace: Trace,
): Decoder | undefined {
  if (decode === 'text' && !schema) return undefined;

  const validate = (data: unknown, type: string): unknown => {
    const result = schema?.[type]?.['~standard'].validate(data);
    if (!result) return data;
    return isThenable(result) ? result.then(outputOf) : outputOf(result);
  };
  const decoded = (event: EventStreamMessage): unknown => {
    const { type, data } = event;
    if (decode === 'json') return validate(JSON.parse(data), type);
    if (decode === 'text') return validate(data, type);
    const value = decode(data, event);
    return isThenable(value) ? value.then((value) => validate(value, type)) : validate(value, type);
  };

  const push = ({ type, lastEventId, id }: EventStreamMessage, data: unknown) => {
    if (!exchange.isOver) queue.push({ type, data, lastEventId, id });
    return undefined;
  };
  const skip = ({ type, lastEventId }: EventStreamMessage, error?: ConnectionError) => {
    trace('event-skipped', { event: JSON.stringify(type), code: error?.code });
    if (!exchange.isOver) queue.pushId(lastEventId);
    return undefined;
  };
  const refuse = (event: EventStreamMessage, isLast: boolean, cause: unknown) => {
    if (exchange.isOver) return undefined;
    const which = `Event ${JSON.stringify(event.type)}, last event ID ${JSON.stringify(event.lastEventId)},`;
    // Not the cause's words, which may quote the data.
    const error = new ConnectionError('INVALID_EVENT', `${which} is invalid`, { cause });
    const isSkipped =
      isLast ||
      (typeof onInvalid === 'function' ? callSafely(onInvalid, error, event) : onInvalid) === 'skip';
    return isSkipped ? skip(event, error) : error;
  };

  return (event, isLast) => {
    // The type comes from the wire: it must not find what every object inherits.
    if (schema && !Object.hasOwn(schema, event.type)) return skip(event);
    try {
      const value = decoded(event);
      if (!isThenable(value)) return push(event, value);
      return Promise.resolve(value).then(
        (data) => push(event, data),
        (cause) => refuse(event, isLast, cause),
      );
    } catch (cause) {
      return refuse(event, isLast, cause);
    }
  };
}

/** @throws Error whose cause has the issues */
function outputOf(result: SchemaResult<unknown>): unknown {
  const { issues } = result;
  if (issues) throw new Error(issues.map(({ message }) => message).join('; '), { cause: issues });
  return result.value;
}
