import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  type ConnectOptions,
  connect,
  type DecodedEvent,
  type EventStream,
  type EventStreamMessage,
} from '../src/index';

const options = { fetch: () => new Promise<Response>(() => {}), signal: AbortSignal.abort() };
const url = 'http://localhost/';
type Of<S> = S extends EventStream<infer E> ? E : never;

describe('what the events are', () => {
  it('is the parser’s message where nothing decodes', () => {
    expectTypeOf(connect(url)).toEqualTypeOf<EventStream>();
    expectTypeOf<Of<ReturnType<typeof plain>>>().toEqualTypeOf<EventStreamMessage>();
    expectTypeOf<Of<ReturnType<typeof text>>>().toEqualTypeOf<EventStreamMessage>();
    const plain = () => connect(url, options);
    const text = () => connect(url, { ...options, decode: 'text' });
  });

  it('follows from decode', () => {
    const json = connect(url, {
      ...options,
      decode: 'json',
      onEvent: (event) => expectTypeOf(event.data).toBeUnknown(),
    });
    expectTypeOf(json).toEqualTypeOf<EventStream<DecodedEvent<unknown>>>();
    const number = connect(url, {
      ...options,
      decode: async (data, event) => data.length + event.type.length,
    });
    expectTypeOf(number).toEqualTypeOf<EventStream<DecodedEvent<number>>>();
  });

  it('is what it is said to be', () => {
    interface Tick {
      type: 'tick';
      data: { n: number };
    }
    const said = connect<Tick>(url, {
      ...options,
      decode: 'json',
      onEvent: (event) => expectTypeOf(event).toEqualTypeOf<Tick>(),
    });
    expectTypeOf(said).toEqualTypeOf<EventStream<Tick>>();
    const later: ConnectOptions<Tick> = { ...options, decode: 'json' };
    expectTypeOf(connect(url, later)).toEqualTypeOf<EventStream<Tick>>();
  });

  it('is a union that type discriminates, with schemas of any maker', () => {
    const schema = {
      tick: z.object({ n: z.coerce.number() }),
      name: v.object({ first: v.string() }),
      message: type({ ok: 'boolean' }),
    };
    const stream = connect(url, {
      ...options,
      schema,
      onEvent: (event) => {
        if (event.type === 'tick') expectTypeOf(event.data).toEqualTypeOf<{ n: number }>();
        else if (event.type === 'name') expectTypeOf(event.data).toEqualTypeOf<{ first: string }>();
        else expectTypeOf(event).toEqualTypeOf<DecodedEvent<{ ok: boolean }, 'message'>>();
      },
    });
    expectTypeOf<Of<typeof stream>['type']>().toEqualTypeOf<'tick' | 'name' | 'message'>();
    // @ts-expect-error no schema has this type
    connect(url, { ...options, schema, onEvent: (event) => event.type === 'other' });
  });

  it('callbacks may use the stream that they belong to', () => {
    const stream = connect(url, {
      ...options,
      onEvent: (event) => (event.data === 'x' ? stream.close() : undefined),
      onOpen: () => stream.close(),
    });
    expectTypeOf(stream).toEqualTypeOf<EventStream>();
  });
});
