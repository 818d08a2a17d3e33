interface Immediate {
  setImmediate?(callback: () => void): unknown;
}

/** Calls back once what runs now has nothing left to do but wait; without a timer where the runtime can. */
export function afterThisTurn(callback: () => void): void {
  const { setImmediate } = globalThis as Immediate;
  if (setImmediate) setImmediate(callback);
  else setTimeout(callback, 0);
}
