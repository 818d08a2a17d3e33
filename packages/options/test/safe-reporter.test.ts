import { afterEach, describe, expect, it, vi } from 'vitest';
import { safeReporter } from '../src';

afterEach(() => vi.restoreAllMocks());

describe('safeReporter', () => {
  it('tells the error', () => {
    const told: unknown[] = [];
    safeReporter((error) => told.push(error))('broken');
    expect(told).toEqual(['broken']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('on purpose');
      },
    ],
    ['rejects', async () => Promise.reject(new Error('on purpose'))],
  ])('logs the error of a listener that %s, and throws nothing', async (_, onError) => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    safeReporter(onError)('broken');
    await expect.poll(() => logged.mock.calls).toEqual([[new Error('on purpose')]]);
  });
});
