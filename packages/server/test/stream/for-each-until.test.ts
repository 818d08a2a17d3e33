import { describe, expect, it } from 'vitest';
import { forEachUntil } from '../../src/stream/for-each-until';

const failure = new Error('no more');

/** Gives one value and then throws; it counts how often it is told to return. */
function source(isAsync: boolean) {
  let asked = 0;
  const calls = { returned: 0 };
  const next = () => {
    if (++asked > 1) throw failure;
    return { done: false, value: 'one' };
  };
  const giveUp = () => {
    calls.returned++;
    return { done: true, value: undefined };
  };
  const values = isAsync
    ? { [Symbol.asyncIterator]: () => ({ next: async () => next(), return: async () => giveUp() }) }
    : { [Symbol.iterator]: () => ({ next, return: giveUp }) };
  return { calls, values: values as unknown as Iterable<string> };
}

describe.each([true, false])('A source (async: %s)', (isAsync) => {
  const { signal } = new AbortController();
  const late = (error: unknown) => expect.unreachable(String(error));

  it('that throws is over, and is not told to return', async () => {
    const { calls, values } = source(isAsync);
    const seen: string[] = [];
    const through = forEachUntil(values, signal, late, (value) => void seen.push(value));
    await expect(through).rejects.toBe(failure);
    expect([seen, calls.returned]).toEqual([['one'], 0]);
  });

  it('is told to return, once, if its value cannot be taken', async () => {
    const { calls, values } = source(isAsync);
    const refused = new Error('refused');
    const through = forEachUntil(values, signal, late, () => Promise.reject(refused));
    await expect(through).rejects.toBe(refused);
    expect(calls.returned).toBe(1);
  });
});
