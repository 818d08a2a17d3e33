import type { EventStreamMessage } from '@eventwire/parser';
import type { Config } from './config';
import { ConnectionError } from './connection-error';
import { reasonOf } from './user-code';

/**
 * The event as `decode` and `schema` say, or undefined for a type without a schema.
 *
 * @throws ConnectionError INVALID_EVENT, by rejection
 */
export async function decodeEvent(
  { schema, decode = schema ? 'json' : 'text' }: Config,
  event: EventStreamMessage,
): Promise<unknown> {
  // The type comes from the wire: it must not find what every object inherits.
  if (schema && !Object.hasOwn(schema, event.type)) return undefined;
  try {
    let data: unknown = event.data;
    if (decode === 'json') data = JSON.parse(event.data);
    else if (decode !== 'text') data = await decode(event.data, event);
    if (schema) {
      const result = await schema[event.type]?.['~standard'].validate(data);
      if (result?.issues)
        throw new Error(result.issues.map(({ message }) => message).join('; '), { cause: result.issues });
      data = result?.value;
    }
    return { ...event, data };
  } catch (cause) {
    const { type, lastEventId } = event;
    const which = `Event ${JSON.stringify(type)} with the last event ID ${JSON.stringify(lastEventId)}`;
    throw new ConnectionError('INVALID_EVENT', `${which} is not as expected: ${reasonOf(cause)}`, { cause });
  }
}
