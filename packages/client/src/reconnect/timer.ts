import type { Clock } from './clock';

/** Ms between two looks at the clock. Also keeps every timer far below the 2^31-1 ms at which they would fire at once. */
const SLICE = 10_000;
/** Ms that a timer may be late before it counts as the machine having slept: a browser holds timers of a hidden page up to a minute. */
const JUMP = 90_000;

/**
 * Sets the one timer, in place of the one before; without arguments it only stops that.
 *
 * @param ms may be Infinity, to watch for sleep alone
 * @param awake called after a sleep with the ms that are left (0 or less: overdue), for those that are to be left
 */
export type Timer = (ms?: number, due?: () => void, awake?: (left: number) => number) => void;

/** One timer at a time, which notices when the machine has slept, since timers may stand still meanwhile. */
export function createTimer(clock: Clock): Timer {
  let handle: unknown;
  let newest = 0;
  return function set(left = 0, due, awake) {
    // The clock may be the user's, and any function of it may end the stream, which calls this again.
    const own = ++newest;
    if (handle !== undefined) clock.clearTimeout(handle);
    handle = undefined; // a chunk stops the timer once and sets it once
    if (!due) return;
    const slice = Math.min(left, SLICE);
    const end = clock.now() + slice;
    const made = clock.setTimeout(() => {
      const late = Math.max(0, clock.now() - end);
      if (own !== newest) return;
      let next = left - slice - late;
      if (awake && late > JUMP) next = awake(next);
      if (next > 0) set(next, due, awake);
      else due();
    }, slice);
    if (own === newest) handle = made;
    else clock.clearTimeout(made);
  };
}
