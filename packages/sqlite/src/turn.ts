export type Timer = ReturnType<typeof setTimeout>;

interface Immediate {
  setImmediate?(callback: () => void): unknown;
}

/** Calls back once what runs in this turn of the event loop is through. */
export function afterThisTurn(callback: () => void): void {
  const { setImmediate } = globalThis as Immediate;
  if (setImmediate) setImmediate(callback);
  else setTimeout(callback, 0);
}

/** A timer that does not keep the process alive, where the runtime knows such. */
export function startTimer(callback: () => void, ms: number): Timer {
  const timer: unknown = setTimeout(callback, ms);
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function') {
    timer.unref();
  }
  return timer as Timer;
}
