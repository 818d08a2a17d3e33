export type Timer = ReturnType<typeof setTimeout>;

/** A timer that does not keep the process alive, where the runtime knows such. `ms` is at most 2^31-1. */
export function startTimer(callback: () => void, ms: number): Timer {
  const timer: unknown = setTimeout(callback, ms);
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function') {
    timer.unref();
  }
  return timer as Timer;
}
