import { expect, it } from 'vitest';
import { codeOf, invalidOption, present, refusal, show, unknownOption } from '../src';

it.each<[unknown, unknown]>([
  [{ code: 'INVALID_OPTION' }, 'INVALID_OPTION'],
  [Object.create({ code: 5 }), 5],
  [{}, undefined],
  [null, undefined],
  [undefined, undefined],
  ['text', undefined],
  [Object.assign(() => {}, { code: 'of a function' }), undefined],
])('The code of %o is %o', (error, code) => expect(codeOf(error)).toBe(code));

it.each<[unknown, string]>([
  ['short', "'short'"],
  ['x'.repeat(60), `'${'x'.repeat(60)}'`],
  ['x'.repeat(61), `'${'x'.repeat(60)}…'`],
  [5n, '5n'],
  [undefined, 'undefined'],
  [null, 'null'],
  [Symbol('s'), 'Symbol(s)'],
  [{}, 'an object'],
  [[], 'an array'],
  [() => {}, 'a function'],
  [new Map(), 'a Map'],
  [new Uint8Array(), 'a Uint8Array'],
  [new URL('http://x'), 'a URL'],
  [new AbortController(), 'an AbortController'],
  [Object('x'), 'a String'],
])('A refusal shows %o as %s', (value, shown) => expect(show(value)).toBe(shown));

it('The cause of a refusal is there for a console, and not for JSON', () => {
  const error = invalidOption('a.b', 'a number', { value: 'x' }, 'why');
  expect(error).toMatchObject({ code: 'INVALID_OPTION', option: 'a.b' });
  expect(error.message).toBe("Invalid option `a.b`: expected a number, got 'x'");
  expect(Object.getOwnPropertyDescriptor(error, 'cause')).toEqual({
    ...{ value: 'why', configurable: true },
    ...{ enumerable: false, writable: false },
  });
});

it('A refusal without a value does not show one', () => {
  expect(refusal('token', 'a string').message).toBe('Invalid option `token`: expected a string');
  expect(refusal('token', 'a string')).toMatchObject({ code: 'INVALID_OPTION', option: 'token' });
});

it('An unknown option is told with what was probably meant, or all that is known', () => {
  const known = ['one', 'two'];
  expect(unknownOption('on', 'one', known).message).toBe('Unknown option `on`: did you mean `one`?');
  expect(unknownOption('x', undefined, known).message).toBe('Unknown option `x`: known are `one`, `two`');
});

it('What is null or undefined is not given; what is false or empty is', () => {
  const given = { a: null, b: undefined, c: 0, d: '', e: false };
  expect(present(given)).toEqual({ c: 0, d: '', e: false });
  expect(Object.keys(present(given))).toEqual(['c', 'd', 'e']);
});
