import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BLOCK, blockingRead } from '../src/blocking-read';
import type { RedisClientLike } from '../src/index';

const clientOf = (answer: () => Promise<unknown>): RedisClientLike => {
  const client = { sendCommand: answer, duplicate: () => client };
  return client;
};

describe('A read that blocks', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives the reply, and leaves no timer', async () => {
    const reading = blockingRead(
      clientOf(async () => 'reply'),
      'key',
      '0-0',
      5,
    );
    expect(await reading).toBe('reply');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is given up, and says why, if its connection is silent for twice as long as it may block', async () => {
    const reading = blockingRead(
      clientOf(() => new Promise(() => {})),
      'key',
      '0-0',
      5,
    );
    const refused = expect(reading).rejects.toThrow('Redis does not answer any more');
    await vi.advanceTimersByTimeAsync(2 * BLOCK - 1);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await refused;
  });
});
