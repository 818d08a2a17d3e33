import { afterThisTurn } from '@eventwire/options';

/**
 * Bytes to one client after which a turn of the event loop is left to others. A client that takes
 * everything at once, from a source that has everything at hand, would leave them none.
 */
export const TURN_BYTES = 65_536;

interface NodeGlobals {
  readonly process?: { nextTick?(callback: () => void): unknown } | undefined;
}

/** Settles once what runs in this turn of the event loop is through. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => afterThisTurn(resolve));
}

/** Microtasks for which a turn lasts, where no runtime says when they have run out. */
const MICROTASKS = 32;

/** Calls back at the end of this turn of the event loop: once the microtasks that are due have run, or many. */
export function atEndOfTurn(callback: () => void): void {
  const { process } = globalThis as NodeGlobals;
  if (process?.nextTick) process.nextTick(callback);
  else afterMicrotasks(MICROTASKS, callback);
}

function afterMicrotasks(count: number, callback: () => void): void {
  queueMicrotask(count === 0 ? callback : () => afterMicrotasks(count - 1, callback));
}
