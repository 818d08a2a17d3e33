import { type EventInput, encode, refuseId, ServerEvent, type ServerEventInit } from '@eventwire/encoder';
import type { LoggedEvent } from '@eventwire/server';
import { RedisLogError } from './redis-log-error';

// Made by the first entry, since some runtimes that import this have no TextEncoder (Jest's jsdom).
let utf8: TextEncoder | undefined;

/** The fields under which an event is kept in the stream. Throws what the encoder refuses, and for an id `ID_NOT_ALLOWED`. */
export function toFields(event: EventInput, topic: string | undefined): string[] {
  const settled = settle(event);
  refuseId(settled);
  const { data, type, retry, comment } = settled;
  const pieces = data === undefined || typeof data === 'string' ? data : [...data];
  const fields = ['event', JSON.stringify({ data: pieces, type, retry, comment })];
  return topic === undefined ? fields : [...fields, 'topic', topic];
}

/** An event as it was appended, encoded with its id. */
export function fromEntry(fields: ReadonlyMap<string, unknown>, id: string): LoggedEvent {
  const topic = fields.get('topic');
  let event: ServerEventInit;
  try {
    event = Object.freeze(JSON.parse(String(fields.get('event'))) as ServerEventInit);
    utf8 ??= new TextEncoder();
    const frame = utf8.encode(encode({ ...event, id }));
    return { id, topic: topic === undefined ? undefined : String(topic), event, frame };
  } catch (cause) {
    throw new RedisLogError(
      'UNEXPECTED_REPLY',
      `The entry ${id} was not written by this log: give the log a key of its own`,
      { cause },
    );
  }
}

/** Checked, with data that can be read again. */
function settle(event: EventInput): ServerEventInit {
  if (typeof event === 'string') return { data: event };
  if (typeof event !== 'object' || event === null) encode(event); // which refuses it
  return event instanceof ServerEvent ? event : new ServerEvent(event.data, event);
}
