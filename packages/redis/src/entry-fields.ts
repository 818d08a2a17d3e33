import {
  type EventInput,
  encode,
  isServerEvent,
  refuseId,
  refuseReservedType,
  ServerEvent,
  type ServerEventInit,
} from '@eventwire/encoder';
import type { AppendOptions, LoggedEvent } from '@eventwire/server';
import { END_TYPE } from './end';

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
export function toFields(event: EventInput, options: AppendOptions): ToKeep {
  const kept = keepFields(event);
  refuseId(kept);
  if (kept.type !== END_TYPE || options.end === undefined) refuseReservedType(kept);
  const { data, type, retry, comment } = kept;
  const pieces = data === undefined || typeof data === 'string' ? data : [...data];
  const size = utf8(encode(kept)).byteLength;
  const fields = ['event', JSON.stringify({ data: pieces, type, retry, comment })];
  const { topic, topics = topic === undefined ? [] : [topic], attributes, wireId } = options;
  if (topics[0] !== undefined) fields.push('topic', topics[0]);
  if (topics.length > 1) fields.push('topics', JSON.stringify(topics));
  if (attributes && Object.keys(attributes).length > 0) fields.push('attributes', JSON.stringify(attributes));
  if (wireId !== undefined) {
    // Refused here, before anything is written.
    encode({ id: wireId });
    fields.push('wire', wireId);
  }
  if (options.end) fields.push('end', '');
  return { fields, size };
}

/** An event as it was appended, encoded with its id. Throws for what no log has written. */
export function fromEntry(fields: ReadonlyMap<string, unknown>, id: string): LoggedEvent {
  const text = (name: string) => (fields.has(name) ? String(fields.get(name)) : undefined);
  const event = readObject<ServerEventInit>('event', text('event'));
  if (event.type !== END_TYPE || !fields.has('end')) refuseReservedType(event);
  const [topic, wireId] = [text('topic'), text('wire')];
  const topics = fields.has('topics') ? readTopics(text('topics')) : topic === undefined ? [] : [topic];
  const attributes = readObject<LoggedEvent['attributes']>('attributes', text('attributes') ?? '{}');
  const frame = utf8(encode({ ...event, id: wireId ?? id }));
  return { id, wireId, topic: topics[0], topics: Object.freeze(topics), attributes, event, frame };
}

function readObject<T extends object>(field: string, json: string | undefined): T {
  const value: unknown = JSON.parse(String(json));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.freeze(value) as T;
  throw new TypeError(`The field \`${field}\` holds no object`);
}

function readTopics(json: string | undefined): readonly string[] {
  const value: unknown = JSON.parse(String(json));
  if (Array.isArray(value)) return value.map(String);
  throw new TypeError('The field `topics` holds no list');
}

/** Checked, with data that can be read again. */
function keepFields(event: EventInput): ServerEventInit {
  if (typeof event === 'string') return { data: event };
  if (typeof event !== 'object' || event === null) encode(event); // which refuses it
  return isServerEvent(event) ? event : new ServerEvent(event.data, event);
}
