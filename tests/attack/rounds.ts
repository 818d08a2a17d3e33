import { runSeed, seededRandom } from '../support/random';

/** How long each attack goes on: `pnpm test:attack --seconds N`; in `npm test` a short form. */
const seconds = Number(process.env.EVENTWIRE_ATTACK_SECONDS ?? 2);

/** Milliseconds for vitest: the rounds, and the last one's end. */
export const attackTimeout = seconds * 1000 + 60_000;

/**
 * Plays random rounds until the time is up; there is always a first one. Every round has a seed of its own, and a round that
 * fails names it: `EVENTWIRE_SEED=<seed>` makes it the first.
 *
 * @returns the number of rounds played
 */
export async function attackInRounds(
  round: (random: () => number, seed: number) => Promise<void> | void,
): Promise<number> {
  const until = performance.now() + seconds * 1000;
  let played = 0;
  for (let seed = runSeed; played === 0 || performance.now() < until; seed++) {
    try {
      await round(seededRandom(seed), seed);
    } catch (error) {
      throw new Error(`Round ${played} failed: repeat it with EVENTWIRE_SEED=${seed}`, { cause: error });
    }
    played++;
  }
  return played;
}
