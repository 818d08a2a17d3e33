/** Where an error in user code goes: to the same place as one in a DOM listener. */
export function report(error: unknown): void {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error);
  else console.error(error);
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

/** What was thrown, in words. Node's fetch says only "fetch failed" itself; the reason is in its cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  if (!(cause instanceof Error)) return message;
  return `${message} (${cause.message || (cause as { code?: unknown }).code})`;
}

/**
 * Calls user code without letting it break the stream: what it throws, or rejects with, is reported.
 * Nothing waits for its promise.
 *
 * @returns what it returned; undefined if it threw
 */
export function callSafely<A extends unknown[], R>(
  callback: ((...args: A) => R) | undefined,
  ...args: A
): R | undefined {
  try {
    const result = callback?.(...args);
    if (isThenable(result)) result.then(undefined, report);
    return result;
  } catch (error) {
    report(error);
    return undefined;
  }
}
