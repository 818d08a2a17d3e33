import { callSafely } from '../user-callbacks';

/** Time, as the client sees it; replace it to test a policy without waiting. */
export interface Clock {
  /** Milliseconds since the epoch (a `Retry-After` date is compared with it). */
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
}

/** The user's clock. An error of its functions is reported, and the timer, or the time, is missing. */
export const guardClock = (clock: Clock): Clock => ({
  now: () => callSafely(() => clock.now()) as number,
  setTimeout: (callback, ms) => callSafely(() => clock.setTimeout(callback, ms)),
  clearTimeout: (handle) => callSafely(() => clock.clearTimeout(handle)),
});

/** The longest delay that timers take, in ms: a larger one would fire at once. */
export const MAX_TIMER = 2 ** 31 - 1;

// The globals are looked up at every call, so that a test's fake timers are used although they came later.
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as ReturnType<typeof setTimeout>),
};
