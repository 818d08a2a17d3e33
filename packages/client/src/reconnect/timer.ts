import { type Clock, systemClock } from './clock';

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
/** Ms that a timer may be overdue before something is known to have held it up, and all else with it. */
const DELAY = 1000;

/**
 * How time stood still: the machine slept, the program or the page was held up, or the page was away in the
 * browser's back/forward cache.
 */
export type Pause = 'asleep' | 'held-up' | 'away';

type Left = (left: number, pause: Pause) => number;

/** One timer at a time: each setting replaces the one before. */
export interface Timer {
  start(ms: number, due: () => void): void;
  /**
   * As `start`, and notices if time stood still, since timers may stand still meanwhile.
   *
   * @param ms may be Infinity, to watch for sleep alone
   * @param left called after such a pause with the ms that are left (0 or less: overdue), for those that are
   * to be left
   */
  watch(ms: number, due: () => void, left: Left): void;
  /**
   * Begins the time of a watch anew, without the cost of a new timer.
   *
   * @returns false if there is no watch of so many ms
   */
  touch(ms: number): boolean;
  /** The page was frozen, or away, and is back. */
  resume(pause: Pause): void;
  stop(): void;
}

export function createTimer(clock: Clock): Timer {
  let handle: unknown;
  /**
   * Of the newest setting. The clock may be the user's, and any function of it may end the stream: a new
   * setting.
   */
  let newest = 0;
  /** The time that the present watch was set to, and when it was touched. */
  let watched: number | undefined;
  let touched: number | undefined;
  /**
   * How often in this turn of the event loop, where it has an end that can be told. To ask for the time at
   * each small chunk would be a tenth of what it costs: so that is done at a turn's first, and at its end.
   */
  let touches = 0;
  const endTurn = () => {
    if (touches > 1) touched = clock.now();
    touches = 0;
  };
  let resume: (pause: Pause) => void = () => {};

  const stop = () => {
    newest++;
    watched = touched = undefined;
    touches = 0;
    resume = () => {};
    const old = handle;
    // Before the clock's function runs, since that may set the timer anew.
    handle = undefined;
    if (old !== undefined) clock.clearTimeout(old);
  };
  /** Ms since then; 0 where the clock was set back, or fails. */
  const since = (time: number) => Math.max(0, clock.now() - time) || 0;
  const set = (ms: number, due: () => void, left?: Left, isExtended = false) => {
    const own = newest + 1;
    stop();
    const goOn = (next: number, isExtended?: boolean) => {
      if (own !== newest) return;
      if (next > 0) set(next, due, left, isExtended);
      else due();
    };
    const slice = Math.min(ms, SLICE);
    const end = clock.now() + slice;
    const made = clock.setTimeout(() => {
      const overdue = since(Math.max(touched ?? end, end));
      const next = ms - (touched === undefined ? slice + overdue : since(touched));
      if (own !== newest) return;
      if (left && overdue > JUMP) goOn(left(next, 'asleep'));
      // Once, since a browser holds up the timers of a hidden page again and again.
      else if (left && overdue > DELAY && next <= 0 && !isExtended) goOn(left(next, 'held-up'), true);
      else goOn(next, isExtended);
    }, slice);
    if (own !== newest) return clock.clearTimeout(made);
    handle = made;
    if (!left) return;
    watched = ms;
    resume = (pause) => goOn(left(ms - since(touched ?? end - slice), pause));
  };
  return {
    start: (ms, due) => set(ms, due),
    watch: (ms, due, left) => set(ms, due, left),
    touch(ms) {
      if (ms !== watched) return false;
      if (touches > 0) {
        touches++;
        return true;
      }
      touched = clock.now();
      const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
      // The user's clock may go on within a turn.
      if (!setImmediate || clock !== systemClock) return true;
      touches = 1;
      setImmediate(endTurn);
      return true;
    },
    resume: (pause) => resume(pause),
    stop,
  };
}
