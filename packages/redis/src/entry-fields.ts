import {
  type EventInput,
  encode,
  isServerEvent,
  refuseId,
  refuseReservedType,
  ServerEvent,
  type ServerEventInit,
} from '@eventwire/encoder';
import type { LoggedEvent } from '@eventwire/server';

// Made when the first event comes: some runtimes that import this have no TextEncoder (Jest's jsdom).
let encoder: TextEncoder | undefined;

function utf8(text: string): Uint8Array<ArrayBuffer> {
  encoder ??= new TextEncoder();
  return encoder.encode(text);
}

/**
 * The fields under which an event is kept in the stream, and the bytes of its block, by which pages are
 * bounded within Redis.
 */
export interface ToKeep {
  readonly fields: string[];
  readonly size: number;
}

/** Throws what the encoder refuses, `RESERVED_TYPE`, and for an id `ID_NOT_ALLOWED`. */
export function toFields(event: EventInput, topic: string | undefined): ToKeep {
  const kept = keepFields(event);
  refuseId(kept);
  refuseReservedType(kept);
  const { data, type, retry, comment } = kept;
  const pieces = data === undefined || typeof data === 'string' ? data : [...data];
  const size = utf8(encode(kept)).byteLength;
  const fields = ['event', JSON.stringify({ data: pieces, type, retry, comment })];
  return { fields: topic === undefined ? fields : [...fields, 'topic', topic], size };
}

/** An event as it was appended, encoded with its id. Throws for what no log has written. */
export function fromEntry(fields: ReadonlyMap<string, unknown>, id: string): LoggedEvent {
  const topic = fields.get('topic');
  const event = JSON.parse(String(fields.get('event'))) as ServerEventInit;
  if (typeof event !== 'object' || event === null || Array.isArray(event))
    throw new TypeError('The field `event` holds no event');
  refuseReservedType(event);
  const frame = utf8(encode({ ...event, id }));
  return { id, topic: topic === undefined ? undefined : String(topic), event: Object.freeze(event), frame };
}

/** Checked, with data that can be read again. */
function keepFields(event: EventInput): ServerEventInit {
  if (typeof event === 'string') return { data: event };
  if (typeof event !== 'object' || event === null) encode(event); // which refuses it
  return isServerEvent(event) ? event : new ServerEvent(event.data, event);
}
