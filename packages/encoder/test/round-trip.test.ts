import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reference } from '../../../conformance/reference';
import { encode, encodeAsync, ServerEvent, ServerEventError, type ServerEventInit } from '../src/index';

/** Text in which what matters to the wire is common, lone surrogates among it. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      ':',
      ' ',
      '\0',
      '\ufeff',
      '\u2028',
      '\ud83d\ude00',
      '\ud800',
      'id: 1',
      'data:',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 12,
});
const line = text.map((value) => value.replace(/[\r\n]/g, ''));
const id = line.map((value) => value.replaceAll('\0', '').toWellFormed());
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const init: fc.Arbitrary<ServerEventInit> = fc.record({
  data: optional(fc.oneof(text, fc.array(text, { maxLength: 4 }))),
  type: optional(line),
  id: optional(id),
  retry: optional(fc.maxSafeNat()),
  comment: optional(text),
});

const normal = (value: string) => value.replace(/\r\n?/g, '\n');

/** The data as it reads back; undefined where nothing is dispatched. */
function dataOf({ data }: ServerEventInit): string | undefined {
  if (data === undefined || typeof data === 'string') return data === undefined ? data : normal(data);
  const pieces = [...data];
  return pieces.length === 0 ? undefined : pieces.map(normal).join('\n');
}

describe('what has been written', () => {
  it('reads back as it was given, and as nothing more', () => {
    fc.assert(
      fc.property(init, (event) => {
        const { events, comments, retries, lastEventId } = reference(encode(event));
        const data = dataOf(event);
        const id = event.id ?? '';
        const dispatched = { type: event.type || 'message', data, lastEventId: id, id: event.id };
        expect(events).toEqual(data === undefined ? [] : [dispatched]);
        expect(comments).toEqual(event.comment === undefined ? [] : normal(event.comment).split('\n'));
        expect(retries).toEqual(event.retry === undefined ? [] : [event.retry]);
        expect(lastEventId).toBe(id);
      }),
    );
  });

  it('is the same by every way of writing', async () => {
    await fc.assert(
      fc.asyncProperty(init, async ({ data, ...rest }) => {
        const expected = encode({ data, ...rest });
        const lazy = typeof data === 'object' ? new Set(data).values() : data;
        const once = typeof data === 'object' ? [...new Set(data)] : data;
        const event = new ServerEvent(lazy, rest);
        expect([...event].join('')).toBe(encode({ data: once, ...rest }));
        expect(event.toString()).toBe([...event].join(''));
        expect(new ServerEvent(data, rest).toString()).toBe(expected);
        expect(new ServerEvent(data, rest).toBytes()).toEqual(new TextEncoder().encode(expected));
        const stream =
          typeof data === 'object'
            ? (async function* () {
                yield* data;
              })()
            : data;
        let text = '';
        for await (const piece of encodeAsync({ data: stream, ...rest })) text += piece;
        expect(text).toBe(expected);
      }),
    );
  });

  it('keeps events apart in a stream', () => {
    fc.assert(
      fc.property(fc.array(init, { maxLength: 5 }), (events) => {
        const result = reference(events.map(encode).join(''));
        const written = events.filter((event) => dataOf(event) !== undefined);
        expect(result.events.map(({ type, data }) => ({ type, data }))).toEqual(
          written.map((event) => ({ type: event.type || 'message', data: dataOf(event) })),
        );
        expect(result.retries).toEqual(events.flatMap(({ retry }) => retry ?? []));
      }),
    );
  });

  it('has no way for a field to make another field, or another event', () => {
    fc.assert(
      fc.property(fc.constantFrom('data', 'type', 'id', 'comment'), text, (field, value) => {
        let wire: string;
        try {
          wire = encode({ [field]: value });
        } catch (error) {
          expect(error).toBeInstanceOf(ServerEventError);
          expect(error).toHaveProperty('field', field);
          expect(['type', 'id']).toContain(field);
          return;
        }
        const name = { data: 'data', type: 'event', id: 'id', comment: '' }[field];
        expect(wire.endsWith('\n\n')).toBe(true);
        expect(wire).not.toContain('\r');
        for (const line of wire.slice(0, -2).split('\n')) expect(line.startsWith(`${name}: `)).toBe(true);
      }),
    );
  });
});
