/** A seeded generator of numbers in [0, 1): mulberry32, so that a failing run can be run again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type Random = () => number;

/** One of the list, by chance. */
export const pickFrom = <T>(random: Random, list: readonly T[]): T =>
  list[Math.floor(random() * list.length)] as T;

/**
 * The seed of this run: EVENTWIRE_SEED, or the one that `npm test` gives to all tests, or the clock. Tests print it
 * when they fail.
 */
export const runSeed = Number(
  process.env.EVENTWIRE_SEED ?? process.env.EVENTWIRE_RUN_SEED ?? Date.now() % 2 ** 32,
);
