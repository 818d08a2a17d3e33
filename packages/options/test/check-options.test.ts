import { describe, expect, it } from 'vitest';
import {
  checkOptions,
  invalidOption,
  isFunction,
  isInteger,
  isNumber,
  isString,
  isTimer,
  type OptionRules,
  oneOf,
  optional,
} from '../src';

interface Options {
  heartbeat?: number | false | undefined;
  onEvent?: (() => void) | undefined;
  accept?: 'any' | 'require' | undefined;
  limit?: number | undefined;
  jitter?: number | undefined;
  token?: string | undefined;
}

const rules: OptionRules<Options> = {
  heartbeat: optional(isTimer(), false),
  onEvent: isFunction,
  accept: oneOf('any', 'require'),
  limit: isInteger(1),
  jitter: isNumber(0, 1),
  token: { ...isString, secret: true },
};

const refusalOf = (options: unknown, settings?: Parameters<typeof checkOptions>[2]) => {
  try {
    checkOptions(options as Options, rules, settings);
  } catch (error) {
    return error as TypeError & { code: string; option: string };
  }
  return undefined;
};

describe('checkOptions', () => {
  it.each([
    {},
    { heartbeat: false, onEvent: () => {}, accept: 'any', limit: 1, jitter: 0.5, token: '' },
    { heartbeat: undefined, unheardOf: undefined },
  ])('accepts %j', (options) => {
    expect(refusalOf(options)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [
      { heartbeat: 'fast' },
      "Invalid option `heartbeat`: expected whole milliseconds from 1 to 2147483647 or false, got 'fast'",
    ],
    [{ heartbeat: Number.NaN }, 'whole milliseconds from 1 to 2147483647 or false, got NaN'],
    [{ onEvent: {} }, 'Invalid option `onEvent`: expected a function, got an object'],
    [{ accept: [] }, "Invalid option `accept`: expected 'any' or 'require', got an array"],
    [{ limit: 1.5 }, 'Invalid option `limit`: expected a whole number of at least 1, got 1.5'],
    [{ limit: 1n }, 'expected a whole number of at least 1, got 1n'],
    [{ jitter: 2 }, 'Invalid option `jitter`: expected a number from 0 to 1, got 2'],
    [{ jitter: new Map() }, 'got a Map'],
    [{ accept: 'x'.repeat(100) }, `got '${'x'.repeat(60)}…'`],
    [null, 'Invalid option `options`: expected an object, got null'],
    ['text', "Invalid option `options`: expected an object, got 'text'"],
  ])('refuses %o', (options, message) => {
    const refusal = refusalOf(options);
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal?.code).toBe('INVALID_OPTION');
    expect(refusal?.message).toContain(message);
  });

  it('names the nearest option for one that is unknown', () => {
    expect(refusalOf({ heartBeat: 5 })).toMatchObject({
      message: 'Unknown option `heartBeat`: did you mean `heartbeat`?',
      option: 'heartBeat',
    });
    expect(refusalOf({ heatbeat: 5 }, { prefix: 'init.' })?.message).toBe(
      'Unknown option `init.heatbeat`: did you mean `init.heartbeat`?',
    );
  });

  it('names what other libraries call it, and else all that is known', () => {
    expect(refusalOf({ onMessage: 5 }, { hints: { onMessage: 'onEvent' } })?.message).toBe(
      'Unknown option `onMessage`: did you mean `onEvent`?',
    );
    expect(refusalOf({ zzzzzz: 5 })?.message).toBe(
      'Unknown option `zzzzzz`: known are `heartbeat`, `onEvent`, `accept`, `limit`, `jitter`, `token`',
    );
  });

  it('names every option that a name of another library may stand for', () => {
    expect(refusalOf({ onError: 5 }, { hints: { onError: ['onEvent', 'accept'] } })?.message).toBe(
      'Unknown option `onError`: did you mean `onEvent` or `accept`?',
    );
  });

  it.each([
    ['jiter', 'jitter'],
    ['jitt', 'jitter'],
    ['tokenise', undefined],
    ['JITTERS', 'jitter'],
    ['imit', 'limit'],
    ['lmiit', 'limit'],
    ['tkn', 'token'],
    ['tk', undefined],
    ['on', undefined],
    ['eartbeatxx', 'heartbeat'],
    ['eartbeatxxx', undefined],
    ['hartbtxxx', undefined],
    ['xceptx', undefined],
  ])('takes %s for %s by its edits: two, or a third of a longer name', (name, meant) => {
    const message = refusalOf({ [name]: 5 })?.message ?? '';
    expect(/did you mean `(.*)`/.exec(message)?.[1]).toBe(meant);
  });

  it('takes the first of two that are as near', () => {
    const near = { bet: isString, bat: isString };
    expect(() => checkOptions({ bxt: 1 } as never, near as never)).toThrow('did you mean `bet`?');
    expect(() => checkOptions({ bats: 1 } as never, near as never)).toThrow('did you mean `bat`?');
  });

  it('is not misled by names that every object inherits', () => {
    expect(refusalOf({ constructor: 1 })?.message).toContain('Unknown option `constructor`');
    expect(refusalOf(JSON.parse('{"__proto__": 1}'))?.message).toContain('Unknown option `__proto__`');
  });

  it('keeps the error behind a refusal as its cause', () => {
    const cause = new Error('behind it');
    expect(invalidOption('token', 'a string', undefined, cause).cause).toBe(cause);
    expect('cause' in invalidOption('token', 'a string')).toBe(false);
  });

  it('never shows a value that may be secret', () => {
    const refusal = refusalOf({ token: 12345 });
    expect(refusal?.message).toBe('Invalid option `token`: expected a string');
  });
});
