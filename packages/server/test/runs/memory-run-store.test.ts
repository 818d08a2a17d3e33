import { afterEach, expect, it, vi } from 'vitest';
import { createMemoryRunStore } from '../../src/index';

afterEach(() => void vi.useRealTimers());

it('A run that nobody has taken over makes room for the events of others', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const [lease, ttl, event] = [1000, 3_600_000, 'x'.repeat(3000)];
  const store = createMemoryRunStore({ maxBytes: 10_000 });
  const [left, going] = [store.open('left'), store.open('going')];
  const claim = await left.claim({ lease, ttl });
  await left.append(event, { term: claim?.term });
  const { term } = (await going.claim({ lease: ttl, ttl })) ?? {};
  expect(() => going.append(event, { term })).toThrow(expect.objectContaining({ code: 'STORE_FULL' }));
  // Its lease, and as long again.
  vi.advanceTimersByTime(2 * lease);
  await going.append(event, { term });
  expect(await left.state()).toEqual({ status: 'missing' });
  expect(await going.state()).toMatchObject({ status: 'running' });
});
