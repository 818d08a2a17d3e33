interface Immediate {
  setImmediate?(callback: () => void): unknown;
}

/** Calls back once what runs in this turn of the event loop is through, without a timer's delay where the runtime can. */
export function afterThisTurn(callback: () => void): void {
  const { setImmediate } = globalThis as Immediate;
  if (setImmediate) setImmediate(callback);
  else setTimeout(callback, 0);
}
