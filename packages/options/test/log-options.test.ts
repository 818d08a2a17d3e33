import { expect, it } from 'vitest';
import { checkReadOptions, checkRunName, isIdPrefix } from '../src';

const refused = (option: string, message = '') =>
  expect.objectContaining({
    code: 'INVALID_OPTION',
    option,
    message: expect.stringContaining(message) as string,
  });

it('A prefix of ids is a string of printable ASCII characters', () => {
  for (const prefix of ['', 'urn:x.1:', '!~']) expect(isIdPrefix.accepts(prefix)).toBe(true);
  for (const value of ['a b', 'é', 'a\n', 5, ['a'], null]) expect(isIdPrefix.accepts(value)).toBe(false);
  expect(isIdPrefix.expected).toBe('printable ASCII characters, no space');
});

it('The options of a reading are checked, and its limit must be there', () => {
  expect(checkReadOptions({ limit: 1, maxBytes: undefined, maxReplayBytes: 0 })).toBeUndefined();
  expect(() => checkReadOptions({ limit: 0 })).toThrow(refused('limit', 'of at least 1, got 0'));
  expect(() => checkReadOptions({})).toThrow(refused('limit', 'of at least 1, got undefined'));
  expect(() => checkReadOptions({ limit: 1, maxBytes: 0 })).toThrow(refused('maxBytes'));
  expect(() => checkReadOptions({ limit: 1, max: 1 } as never)).toThrow(refused('max'));
});

it('The name of a run has at most 512 bytes of UTF-8', () => {
  // The last and the first of each length.
  for (const letter of ['\u007e', '\u00a0', '\u07ff', '\u0800', '\uffff', '\u{10000}', '\u{10ffff}']) {
    const bytes = new TextEncoder().encode(letter).length;
    const longest = letter.repeat(512 / bytes) + 'a'.repeat(512 % bytes);
    expect(checkRunName(longest)).toBeUndefined();
    expect(() => checkRunName(`${longest}a`)).toThrow(refused('name', 'a name of 1 to 512 bytes'));
  }
});

it('The name of a run has no control character, and is not empty', () => {
  for (const name of ['', 'a\n', 'a\u2028', 'a\ud800', 5, undefined]) {
    expect(() => checkRunName(name)).toThrow(refused('name', 'without control characters, got'));
  }
});
