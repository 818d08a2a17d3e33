import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clampServerDelay, delayAfterEnd, reconnectionDelay } from '../../src/reconnect/backoff';

const defaults = {
  initialDelay: 1000,
  maxDelay: 30_000,
  minDelay: 100,
  maxServerDelay: 600_000,
  factor: 2,
  jitter: 1,
};
const ms = fc.double({ min: 0, max: 1e12, noNaN: true });
const backoff = fc.record({
  initialDelay: ms,
  maxDelay: ms,
  minDelay: fc.integer({ min: 0, max: 1000 }),
  maxServerDelay: fc.integer({ min: 1000, max: 1e9 }),
  factor: fc.double({ min: 1, max: 100, noNaN: true }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the delay before an attempt', () => {
  it('is never sooner than asked for, and never more than maxDelay later', () => {
    fc.assert(
      fc.property(
        backoff,
        fc.nat(5000),
        ms,
        fc.option(ms, { nil: undefined }),
        random,
        (b, n, time, after, r) => {
          const delay = reconnectionDelay(b, n, time, after, r);
          const floor = Math.max(time, after === undefined ? 0 : clampServerDelay(after, b));
          expect(delay).toBeGreaterThanOrEqual(floor);
          expect(delay).toBeLessThanOrEqual(floor + b.maxDelay);
        },
      ),
    );
  });

  it.each([
    [0, 0, 1000],
    [0, 0.5, 1500],
    [1, 0.5, 2000],
    [3, 0.5, 5000],
    [10, 0.5, 16_000],
    [100_000, 0.5, 16_000],
  ])('after %i failures, at random %d: %i ms', (failures, r, expected) => {
    expect(reconnectionDelay(defaults, failures, 1000, undefined, r)).toBe(expected);
  });

  it('takes the longer of the reconnection time and Retry-After', () => {
    expect(reconnectionDelay(defaults, 0, 1000, 4000, 0)).toBe(4000);
    expect(reconnectionDelay(defaults, 0, 5000, 4000, 0)).toBe(5000);
    expect(reconnectionDelay(defaults, 0, 1000, Infinity, 0)).toBe(600_000);
  });
});

describe('the delay after a clean end', () => {
  it.each<[string, boolean, number, number, number]>([
    ['the reconnection time at least', false, 1, 0, 900],
    ['and a third of it at most', false, 1, 1, 1200],
    ['less by a smaller jitter', false, 0.5, 1, 1050],
    ['nothing is added without jitter', false, 0, 1, 900],
    ['nothing is added to a time that the server has set', true, 1, 1, 900],
  ])('is %s', (_, isServers, jitter, random, expected) => {
    expect(delayAfterEnd({ ...defaults, jitter }, 900, isServers, random)).toBe(expected);
  });
});
