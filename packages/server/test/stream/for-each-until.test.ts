import { describe, expect, it } from 'vitest';
import { forEachUntil } from '../../src/stream/for-each-until';
import { deferred, settled } from '../helpers/helpers';

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

describe('A source that is asked for a value when the signal is aborted', () => {
  /** Each value comes when the test gives it. */
  function open() {
    const abort = new AbortController();
    const value = deferred<IteratorResult<string>>();
    const calls = { returned: 0, late: [] as unknown[], seen: [] as string[] };
    const values: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => value.promise,
        return: async () => {
          calls.returned++;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const late = (error: unknown) => void calls.late.push(error);
    const through = forEachUntil(values, abort.signal, late, (one) => void calls.seen.push(one));
    return { abort, value, calls, through };
  }

  it.each<[string, (value: ReturnType<typeof open>['value']) => void]>([
    ['a value', ({ resolve }) => resolve({ done: false, value: 'late' })],
    ['its end', ({ resolve }) => resolve({ done: true, value: undefined })],
    ['an error', ({ reject }) => reject(failure)],
  ])('is waited for no longer, and is not heard if it then gives %s', async (_, settle) => {
    const { abort, value, calls, through } = open();
    abort.abort();
    await through;
    settle(value);
    await settled();
    expect(calls).toEqual({ returned: 1, late: [], seen: [] });
  });
});

it('A source whose signal is aborted already is told to return, and asked for nothing', async () => {
  const { calls, values } = source(true);
  const seen: string[] = [];
  const late = (error: unknown) => expect.unreachable(String(error));
  await forEachUntil(values, AbortSignal.abort(), late, (value) => void seen.push(value));
  expect([seen, calls.returned]).toEqual([[], 1]);
});
