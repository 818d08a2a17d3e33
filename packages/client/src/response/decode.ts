import type { EventStreamMessage } from '@eventwire/parser';
import type { Schemas, StandardSchema } from './standard-schema';

/** An event whose data is no longer text. */
export interface DecodedEvent<Data = unknown, Type extends string = string> {
  readonly type: Type;
  readonly data: Data;
  readonly lastEventId: string;
  /** This block's own id. */
  readonly id: string | undefined;
}

/** `'json'`, or a function that makes something of an event's data; `'text'` leaves it as it is. */
export type Decode = 'text' | 'json' | ((data: string, event: EventStreamMessage) => unknown);

type Output<S> = S extends StandardSchema<infer T> ? T : never;

/** What `schema` and `decode` make of the events: with schemas, a union that `type` discriminates. */
export type EventOf<S extends Schemas, D extends Decode> = string extends keyof S
  ? Decode extends D
    ? EventStreamMessage
    : D extends 'text'
      ? EventStreamMessage
      : DecodedEvent<D extends (...args: never) => infer R ? Awaited<R> : unknown>
  : { [Type in keyof S & string]: DecodedEvent<Output<S[Type]>, Type> }[keyof S & string];
