import { encode, ServerEventError } from '@eventwire/encoder';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attack } from '../support/attack';
import { readStream } from '../support/read-stream';

/** The reading of the event among two honest neighbours, or undefined where the encoder refused it. */
function between(init: Parameters<typeof encode>[0]) {
  let wire: string;
  try {
    wire = encode(init);
  } catch (error) {
    expect(error).toBeInstanceOf(ServerEventError);
    return undefined;
  }
  return readStream([encode({ data: 'before', id: 'b' }), wire, encode({ data: 'after' })]);
}

describe('nothing put into a field makes a second event or another field appear', () => {
  it.each(['data', 'type', 'id', 'comment'] as const)('in %s', (field) => {
    fc.assert(
      fc.property(attack, (text) => {
        const reading = between({ data: 'honest', [field]: text });
        if (reading === undefined) return;
        expect(reading.events).toHaveLength(3);
        expect(reading.retries).toEqual([]);
        const event = reading.events[1];
        const id = field === 'id' ? text : 'b';
        expect(event?.data).toBe(field === 'data' ? text.replace(/\r\n?/g, '\n') : 'honest');
        expect(event?.type).toBe(field === 'type' ? text : 'message');
        expect(reading.events.map((each) => each.lastEventId)).toEqual(['b', id, id]);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['data', 'comment'] as const)('in %s without anything else', (field) => {
    fc.assert(
      fc.property(attack, (text) => {
        const reading = between({ [field]: text });
        expect(reading?.events).toHaveLength(field === 'data' ? 3 : 2);
        expect(reading?.lastEventId).toBe('b');
        expect(reading?.retries).toEqual([]);
      }),
    );
  });

  it.each([
    ['type', 'a\nb'],
    ['type', 'a\rb'],
    ['id', 'a\nb'],
    ['id', 'a\rb'],
    ['id', 'a\0b'],
    ['id', '\uD800'],
  ] as const)('refuses %s %j, naming the field', (field, text) => {
    expect(() => encode({ [field]: text })).toThrow(
      expect.objectContaining({ field, code: expect.any(String) }),
    );
  });
});
