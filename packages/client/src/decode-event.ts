import type { EventStreamMessage } from '@eventwire/parser';
import type { Config } from './check-options';
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
  const { type, data, lastEventId } = event;
  // The type comes from the wire: it must not find what every object inherits.
  if (schema && !Object.hasOwn(schema, type)) return undefined;
  try {
    let value: unknown = data;
    if (decode === 'json') value = JSON.parse(data);
    else if (decode !== 'text') value = await decode(data, event);
    const result = await schema?.[type]?.['~standard'].validate(value);
    if (result?.issues)
      throw new Error(result.issues.map(({ message }) => message).join('; '), { cause: result.issues });
    return { ...event, data: result ? result.value : value };
  } catch (cause) {
    const which = `Event ${JSON.stringify(type)} with the last event ID ${JSON.stringify(lastEventId)}`;
    throw new ConnectionError('INVALID_EVENT', `${which} is not as expected: ${reasonOf(cause)}`, { cause });
  }
}
