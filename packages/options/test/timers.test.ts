import { expect, it, onTestFinished, vi } from 'vitest';
import { afterThisTurn, startTimer } from '../src';

it('What is due after this turn is called also where the runtime has no setImmediate', async () => {
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  vi.stubGlobal('setImmediate', undefined);
  const order: string[] = [];
  const called = new Promise<void>((resolve) => afterThisTurn(() => resolve(void order.push('after'))));
  queueMicrotask(() => order.push('microtask'));
  order.push('now');
  await called;
  expect(order).toEqual(['now', 'microtask', 'after']);
});

it('A timer does not keep the process alive, and hands on its argument', async () => {
  const argument = await new Promise((resolve) => {
    const timer = startTimer(resolve, 1, 'argument') as unknown as { hasRef(): boolean };
    expect(timer.hasRef()).toBe(false);
  });
  expect(argument).toBe('argument');
});

it.each([
  ['a number, as in a browser', 5],
  ['nothing', undefined],
  ['null', null],
  ['an object without a method of that name', { unref: 'no function' }],
])('A timer may be %s', (_, handle) => {
  vi.stubGlobal('setTimeout', () => handle);
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  expect(startTimer(() => {}, 1)).toBe(handle);
});
