/**
 * Bytes to one client after which a turn of the event loop is left to others. A client that takes
 * everything at once, from a source that has everything at hand, would leave them none.
 */
export const TURN_BYTES = 65_536;

interface Immediate {
  setImmediate?(callback: () => void): unknown;
}

/**
 * Calls back once what runs in this turn of the event loop is through, without a timer's delay where the
 * runtime can.
 */
export function afterThisTurn(callback: () => void): void {
  const { setImmediate } = globalThis as Immediate;
  if (setImmediate) setImmediate(callback);
  else setTimeout(callback, 0);
}

/** Settles after the same. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => afterThisTurn(resolve));
}
