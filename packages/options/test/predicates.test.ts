import { describe, expect, it } from 'vitest';
import {
  anything,
  type Expectation,
  hasMethods,
  isAbortSignal,
  isBoolean,
  isFilled,
  isFunction,
  isInteger,
  isNumber,
  isObject,
  isString,
  isTimer,
  MAX_TIMER,
  oneOf,
  optional,
} from '../src';

interface Case {
  readonly rule: Expectation;
  readonly expected: string;
  readonly accepted: readonly unknown[];
  readonly refused: readonly unknown[];
}

const values = { nothing: [undefined, null], wrapped: [Object('x'), Object(1), Object(true)] };
const cases: Case[] = [
  {
    rule: isFunction,
    expected: 'a function',
    accepted: [() => {}, class {}],
    refused: [...values.nothing, {}, 'f'],
  },
  {
    rule: isBoolean,
    expected: 'a boolean',
    accepted: [true, false],
    refused: [...values.nothing, ...values.wrapped, 0, 'true'],
  },
  {
    rule: isString,
    expected: 'a string',
    accepted: ['', 'x'],
    refused: [...values.nothing, ...values.wrapped, 5, ['x']],
  },
  {
    rule: isFilled,
    expected: 'a string that is not empty',
    accepted: ['x', ' '],
    refused: ['', ...values.nothing, ...values.wrapped, 5],
  },
  {
    rule: isAbortSignal,
    expected: 'an AbortSignal',
    accepted: [new AbortController().signal, { addEventListener() {}, removeEventListener() {} }],
    refused: [...values.nothing, {}, new AbortController(), { addEventListener() {} }, 'signal'],
  },
  { rule: anything, expected: 'anything', accepted: [...values.nothing, 0, ''], refused: [] },
  {
    rule: isNumber(0, 1),
    expected: 'a number from 0 to 1',
    accepted: [0, -0, 0.5, 1],
    refused: [...values.nothing, ...values.wrapped, -0.001, 1.001, Number.NaN, '0.5', true],
  },
  {
    rule: isInteger(2, 4),
    expected: 'a whole number from 2 to 4',
    accepted: [2, 3, 4],
    refused: [...values.nothing, ...values.wrapped, 1, 5, 2.5, Number.NaN, '3', 3n],
  },
  {
    rule: isInteger(2),
    expected: 'a whole number of at least 2',
    accepted: [2, Number.MAX_SAFE_INTEGER],
    refused: [1, Number.MAX_SAFE_INTEGER + 1, Number.POSITIVE_INFINITY],
  },
  {
    rule: isTimer(),
    expected: 'whole milliseconds from 1 to 2147483647',
    accepted: [1, MAX_TIMER],
    refused: [0, MAX_TIMER + 1],
  },
  { rule: isTimer(0), expected: 'whole milliseconds from 0 to 2147483647', accepted: [0], refused: [-1] },
  {
    rule: oneOf('any', 'all'),
    expected: "'any' or 'all'",
    accepted: ['any', 'all'],
    refused: [...values.nothing, '', 'an', ['any'], Object('any')],
  },
  {
    rule: optional(isInteger(1), false),
    expected: 'a whole number of at least 1 or false',
    accepted: [1, false],
    refused: [...values.nothing, 0, true],
  },
];

describe.each(cases)('$expected', ({ rule, expected, accepted, refused }) => {
  it('is said so', () => expect(rule.expected).toBe(expected));
  it('takes what it says', () => {
    for (const value of accepted) expect([value, rule.accepts(value)]).toEqual([value, true]);
  });
  it('refuses everything else', () => {
    for (const value of refused) expect([value, rule.accepts(value)]).toEqual([value, false]);
  });
});

it('An object is none where it is null or a function', () => {
  for (const value of [{}, [], new Map()]) expect(isObject(value)).toBe(true);
  for (const value of [null, undefined, 'x', () => {}]) expect(isObject(value)).toBe(false);
});

it('Methods are had where every one is there, inherited or not', () => {
  expect(hasMethods(new Map(), 'get', 'set')).toBe(true);
  expect(hasMethods(new Map(), 'get', 'push')).toBe(false);
  expect(hasMethods({ get: 'text' }, 'get')).toBe(false);
  for (const value of [null, undefined, 5]) expect(hasMethods(value, 'get')).toBe(false);
});
