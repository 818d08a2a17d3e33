import { expect, it } from 'vitest';
import { refuseReservedType, ServerEvent } from '../src/index';
import { refused } from './refused';

it('a type that begins with eventwire: is refused, in an object and in a ServerEvent', () => {
  for (const event of [{ type: 'eventwire:end' }, new ServerEvent('x', { type: 'eventwire:' })]) {
    expect(refused(() => refuseReservedType(event))).toMatchObject({
      code: 'RESERVED_TYPE',
      field: 'type',
      message: expect.stringContaining('type begins with eventwire:'),
    });
  }
});

it('every other type passes, and whatever is no event is left to the encoder', () => {
  const events = ['eventwire:end', { type: 'eventwire' }, { type: ' eventwire:x' }, { data: 'x' }, null, 7];
  for (const event of [...events, { type: 7 }, undefined]) expect(refuseReservedType(event)).toBe(undefined);
});
