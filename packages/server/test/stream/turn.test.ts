import { expect, it, onTestFinished } from 'vitest';
import { atEndOfTurn } from '../../src/stream/turn';

it('The end of a turn comes before the next turn also where no runtime tells of it', async () => {
  const { process } = globalThis;
  onTestFinished(() => {
    globalThis.process = process;
  });
  const order: string[] = [];
  const turn = new Promise<void>((resolve) => setImmediate(() => resolve(void order.push('next turn'))));
  // As in a runtime that is not Node's kind.
  (globalThis as { process?: unknown }).process = undefined;
  atEndOfTurn(() => order.push('end'));
  globalThis.process = process;
  queueMicrotask(() => order.push('microtask'));
  await turn;
  expect(order).toEqual(['microtask', 'end', 'next turn']);
});
