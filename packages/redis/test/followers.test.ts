import { describe, expect, it, vi } from 'vitest';
import { Followers } from '../src/followers';

describe('All that follow one log', () => {
  it('wait on one connection, which is given up with the last of them and opened anew for the next', async () => {
    const start = vi.fn(async () => {});
    const stop = vi.fn(async () => {});
    const followers = new Followers(
      () => ({ start, stop }),
      '',
      async () => ({ events: [], gap: false, head: 'e.1-0' }),
    );
    const [first, second] = [new AbortController(), new AbortController()];
    await followers.add('', () => {}, first.signal);
    await followers.add('', () => {}, second.signal);
    first.abort();
    expect([start.mock.calls.length, stop.mock.calls.length]).toEqual([1, 0]);
    second.abort();
    expect([start.mock.calls.length, stop.mock.calls.length]).toEqual([1, 1]);
    await followers.add('', () => {}, new AbortController().signal);
    expect(start).toHaveBeenCalledTimes(2);
  });
});
