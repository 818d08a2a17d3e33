import { describe, expect, it } from 'vitest';
import { ConnectionError, isConnectionError } from '../src/index';

describe('isConnectionError', () => {
  it('recognises one of another copy of this package by its shape', () => {
    const other = Object.assign(new Error('x'), { name: 'ConnectionError', code: 'NETWORK' });
    expect([new ConnectionError('NETWORK', 'x'), other].map(isConnectionError)).toEqual([true, true]);
  });

  it.each<[string, unknown]>([
    ['another error that has a code', Object.assign(new TypeError('x'), { code: 'ECONNRESET' })],
    ['another error of that name', Object.assign(new Error('x'), { name: 'ConnectionError' })],
    ['an object that is no error', { name: 'ConnectionError', code: 'NETWORK' }],
    ['no object', 'ConnectionError'],
    ['nothing', undefined],
  ])('does not take %s for one', (_, value) => {
    expect(isConnectionError(value)).toBe(false);
  });
});
