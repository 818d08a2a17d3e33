import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeText, encodeTexts } from '../src/index';

const texts = fc.array(
  fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constant('x'.repeat(40_000))),
);

const hex = (list: Uint8Array[]) => list.map((bytes) => Buffer.from(bytes).toString('hex'));

it('Texts are encoded together as each is by itself, ASCII or not, many or few', () => {
  fc.assert(
    fc.property(texts, (list) => {
      const expected = hex(list.map((text) => new TextEncoder().encode(text)));
      expect(hex(encodeTexts(list))).toEqual(expected);
      expect(hex(list.map(encodeText))).toEqual(expected);
    }),
  );
});

it('Short texts share one buffer, and long ones do not keep each other', () => {
  const buffersOf = (list: string[]) => new Set(encodeTexts(list).map(({ buffer }) => buffer)).size;
  expect(buffersOf(['one', 'two', 'three'])).toBe(1);
  expect(buffersOf(['one', 'two', 'x'.repeat(65_536)])).toBe(3);
});
