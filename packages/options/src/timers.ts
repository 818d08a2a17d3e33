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

export type TimerHandle = ReturnType<typeof setTimeout>;

/** A timer that does not keep the process alive, where the runtime knows such. `ms` is at most 2^31-1. */
export function startTimer(callback: () => void, ms: number): TimerHandle;
/** The same, with an argument, so that a function that many share need not be a closure for each. */
export function startTimer<T>(callback: (argument: T) => void, ms: number, argument: T): TimerHandle;
export function startTimer<T>(callback: (argument?: T) => void, ms: number, argument?: T): TimerHandle {
  const timer: unknown = setTimeout(callback, ms, argument);
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function') {
    timer.unref();
  }
  return timer as TimerHandle;
}
