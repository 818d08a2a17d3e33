import { expect, it } from 'vitest';
import { BoundedMap } from '../src/matching/bounded-map';

/** Asks for keys; gives those that had to be made. */
const asked = (map: BoundedMap<string, string>, keys: string) => {
  const made: string[] = [];
  for (const key of keys) {
    const value = map.obtain(key, () => {
      made.push(key);
      return `value of ${key}`;
    });
    expect(value).toBe(`value of ${key}`);
  }
  return made.join('');
};

it('A full map forgets the entry that was added first, and no other', () => {
  const map = new BoundedMap<string, string>(3);
  expect(asked(map, 'abcabc')).toBe('abc');
  expect(asked(map, 'd')).toBe('d');
  expect(asked(map, 'bcd')).toBe('');
  // `a` is gone, and now pushes out `b`.
  expect(asked(map, 'acdb')).toBe('ab');
});

it('A map whose limit has become lower is as small with the next entry, and grows no more', () => {
  const map = new BoundedMap<string, string>(4);
  asked(map, 'abcd');
  map.max = 2;
  expect(asked(map, 'abcd')).toBe('');
  expect(asked(map, 'ede')).toBe('e');
  expect(asked(map, 'c')).toBe('c');
});

it('A value that could not be made pushes nothing out', () => {
  const map = new BoundedMap<string, string>(1);
  asked(map, 'a');
  const fail = () => {
    throw new Error('not made');
  };
  expect(() => map.obtain('b', fail)).toThrow('not made');
  expect(asked(map, 'a')).toBe('');
});
