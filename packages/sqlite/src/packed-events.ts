import {
  type EventInput,
  encode,
  isServerEvent,
  refuseId,
  refuseReservedType,
  ServerEvent,
  type ServerEventInit,
} from '@eventwire/encoder';
import { encodeText, encodeTexts } from '@eventwire/options';
import type { AppendOptions, LoggedEvent } from '@eventwire/server';

export const END_TYPE = 'eventwire:end';

/** An event that was checked, and waits to be added: what it is kept as, and the JSON of that. */
export interface Packed {
  /** Its data alone, or a list whose last values may be missing. */
  readonly value: unknown;
  readonly json: string;
}

const NO_TOPICS: readonly string[] = Object.freeze([]);
const NO_ATTRIBUTES: LoggedEvent['attributes'] = Object.freeze({});

/** Throws what the encoder refuses, `RESERVED_TYPE`, and for an id `ID_NOT_ALLOWED`. */
export function pack(event: EventInput, options: AppendOptions): Packed {
  if (typeof event === 'string' && hasNoLabels(options)) {
    // Text can always be encoded.
    return { value: event, json: JSON.stringify(event) };
  }
  const kept = keepFields(event);
  refuseId(kept);
  if (kept.type !== END_TYPE || options.end === undefined) refuseReservedType(kept);
  encode(kept, { id: options.wireId });
  const { data, type, retry, comment } = kept;
  const pieces = data === undefined || typeof data === 'string' ? data : [...data];
  const { topic, topics = topic === undefined ? [] : [topic], attributes = {}, wireId } = options;
  const labels = [
    topics.length > 0 ? topics : undefined,
    Object.keys(attributes).length > 0 ? attributes : undefined,
    wireId,
  ];
  const fields = [pieces, type, retry, comment, ...labels];
  while (fields.length > 1 && fields.at(-1) === undefined) fields.pop();
  // Read again: what was given may change before it is added.
  const json = JSON.stringify(fields);
  return { value: JSON.parse(json), json };
}

/** An event with its id. `prefix` is all of the id before its number. */
export function unpack(value: unknown, prefix: string, seq: number): StoredEvent {
  const id = prefix + seq;
  // As most are.
  if (typeof value === 'string') return new StoredEvent(id, plain(value));
  const fields = value as readonly unknown[];
  const [data, type, retry, comment, topics, attributes, wireId] = fields.map(
    (field) => field ?? undefined,
  ) as [
    string | readonly string[] | undefined,
    string | undefined,
    number | undefined,
    string | undefined,
    readonly string[] | undefined,
    LoggedEvent['attributes'] | undefined,
    string | undefined,
  ];
  const event = Object.freeze({ data, type, retry, comment });
  const stored = new StoredEvent(id, event, wireId);
  if (topics) {
    stored.topics = Object.freeze(topics);
    stored.topic = topics[0];
  }
  if (attributes) stored.attributes = Object.freeze(attributes);
  return stored;
}

function plain(data: string): LoggedEvent['event'] {
  return Object.freeze({ data, type: undefined, retry: undefined, comment: undefined });
}

/** Its frame is made once it is asked for: an event of a run that nobody follows needs none. */
export class StoredEvent implements LoggedEvent {
  readonly id: string;
  readonly event: LoggedEvent['event'];
  readonly wireId: string | undefined;
  topic: string | undefined;
  topics: readonly string[] = NO_TOPICS;
  attributes: LoggedEvent['attributes'] = NO_ATTRIBUTES;
  #frame: Uint8Array | undefined;

  constructor(id: string, event: LoggedEvent['event'], wireId?: string) {
    this.id = id;
    this.event = event;
    this.wireId = wireId;
  }

  get frame(): Uint8Array {
    this.#frame ??= encodeText(this.text);
    return this.#frame;
  }

  set frame(frame: Uint8Array) {
    this.#frame = frame;
  }

  /** The frame, before it is bytes. */
  get text(): string {
    return encode(this.event, { id: this.wireId ?? this.id });
  }
}

/** Makes the frames of events that are read together: one by one they cost most of what reading does. */
export function makeFrames(events: readonly StoredEvent[]): void {
  const frames = encodeTexts(events.map(({ text }) => text));
  for (const [n, event] of events.entries()) event.frame = frames[n] as Uint8Array;
}

function hasNoLabels({ topic, topics, attributes, wireId }: AppendOptions): boolean {
  return topic === undefined && topics === undefined && attributes === undefined && wireId === undefined;
}

/** Checked, with data that can be read again. */
function keepFields(event: EventInput): ServerEventInit {
  if (typeof event === 'string') return { data: event };
  if (typeof event !== 'object' || event === null) encode(event); // which refuses it
  return isServerEvent(event) ? event : new ServerEvent(event.data, event);
}
