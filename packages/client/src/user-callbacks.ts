import { publicText } from './request/public-text';

/** Where an error in user code goes: to the same place as one in a DOM listener. */
export const report = (error: unknown): void => (globalThis.reportError ?? console.error)(error);

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/** The words of an error. Node's fetch says only "fetch failed"; the reason is in its cause. */
export function wordsOf(error: unknown): string {
  try {
    const { message = error, cause } = Object(error) as Partial<Error>;
    const { message: inner, code } = Object(cause) as Partial<Error & { code: unknown }>;
    return String(message) + (inner || code ? ` (${inner || code})` : '');
  } catch {
    return 'unknown'; // not every object has a text
  }
}

/** The words of an error, fit for a log. */
export const reasonOf = (error: unknown): string => publicText(wordsOf(error));

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
