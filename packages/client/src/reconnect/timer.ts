import type { Clock } from './clock';

/**
 * Ms between two looks at the clock. Keeps every timer far below the 2^31-1 ms at which it would fire at
 * once.
 */
const SLICE = 10_000;
/**
 * Ms that a timer may be overdue before it counts as the machine having slept. A browser holds timers of a
 * hidden page up to a minute.
 */
const JUMP = 90_000;

/** One timer at a time: each setting replaces the one before. */
export interface Timer {
  start(ms: number, due: () => void): void;
  /**
   * As `start`, and notices if the machine has slept, since timers may stand still meanwhile.
   *
   * @param ms may be Infinity, to watch for sleep alone
   * @param awake called after a sleep with the ms that are left (0 or less: overdue), for those that are to
   * be left
   */
  watch(ms: number, due: () => void, awake: (left: number) => number): void;
  stop(): void;
}

export function createTimer(clock: Clock): Timer {
  let handle: unknown;
  /**
   * Of the newest setting. The clock may be the user's, and any function of it may end the stream: a new
   * setting.
   */
  let newest = 0;

  const stop = () => {
    newest++;
    const old = handle;
    // Before the clock's function runs, since that may set the timer anew.
    handle = undefined;
    if (old !== undefined) clock.clearTimeout(old);
  };
  const set = (left: number, due: () => void, awake?: (left: number) => number) => {
    const own = newest + 1;
    stop();
    const slice = Math.min(left, SLICE);
    const end = clock.now() + slice;
    const made = clock.setTimeout(() => {
      const overdue = Math.max(0, clock.now() - end);
      if (own !== newest) return;
      let next = left - slice - overdue;
      if (awake && overdue > JUMP) next = awake(next);
      if (next > 0) set(next, due, awake);
      else due();
    }, slice);
    if (own === newest) handle = made;
    else clock.clearTimeout(made);
  };
  return { start: set, watch: set, stop };
}
