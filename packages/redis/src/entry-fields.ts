import {
  type EventInput,
  encode,
  isServerEvent,
  refuseId,
  refuseReservedType,
  ServerEvent,
  type ServerEventInit,
} from '@eventwire/encoder';
import { encodeText } from '@eventwire/options';
import type { AppendOptions, LoggedEvent } from '@eventwire/server';
import { END_TYPE } from './end';

const NO_TOPICS: readonly string[] = Object.freeze([]);
const NO_ATTRIBUTES: LoggedEvent['attributes'] = Object.freeze({});

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
  const size = encodeText(encode(kept)).byteLength;
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

/** Events as they were appended, without their frames, which are made of all that are read together. */
export type Unframed = Omit<LoggedEvent, 'frame'>;

/** Throws for what no log has written. @param fields names and values in turn */
export function fromEntry(fields: readonly string[], id: string): Unframed {
  const text = (name: string) => {
    for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1];
    return undefined;
  };
  const event = readObject<ServerEventInit>('event', text('event'));
  if (event.type !== END_TYPE || text('end') === undefined) refuseReservedType(event);
  const [topic, list, object] = [text('topic'), text('topics'), text('attributes')];
  const topics = list !== undefined ? readTopics(list) : topic === undefined ? NO_TOPICS : [topic];
  const attributes =
    object === undefined ? NO_ATTRIBUTES : readObject<typeof NO_ATTRIBUTES>('attributes', object);
  return { id, wireId: text('wire'), topic: topics[0], topics: Object.freeze(topics), attributes, event };
}

/** Throws for what the encoder refuses. */
export function textOf({ event, id, wireId }: Unframed): string {
  return encode({ ...event, id: wireId ?? id });
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
