/**
 * Bytes to one client after which a turn of the event loop is left to others. A client that takes
 * everything at once, from a source that has everything at hand, would leave them none.
 */
export const TURN_BYTES = 65_536;

interface NodeGlobals {
  setImmediate?(callback: () => void): unknown;
  readonly process?: { nextTick?(callback: () => void): unknown } | undefined;
}

/**
 * Calls back once what runs in this turn of the event loop is through, without a timer's delay where the
 * runtime can.
 */
export function afterThisTurn(callback: () => void): void {
  const { setImmediate } = globalThis as NodeGlobals;
  if (setImmediate) setImmediate(callback);
  else setTimeout(callback, 0);
}

/** Settles after the same. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => afterThisTurn(resolve));
}

/**
 * Calls back once all that runs now has nothing left to do but wait: where the runtime can, without leaving
 * this turn of the event loop.
 */
export function whenAllWait(callback: () => void): void {
  const { process } = globalThis as NodeGlobals;
  // Behind the microtasks that are due, if it is called in one of them.
  if (process?.nextTick) process.nextTick(callback);
  else afterThisTurn(callback);
}
