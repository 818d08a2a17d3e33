import type { Followed } from './event-source-runner';
import type { Scenario } from './event-source-scenarios';
import { within } from './within';

/** One less than browsers allow to one host in HTTP/1.1: what asks for a cut needs a connection too. */
const AT_A_TIME = 5;
/** Ms; the reader's own limit comes first, unless it does not come to say so. */
const LIMIT = 40_000;
/** So many without an end, and the rest is not worth the wait. */
const STUCK = 5;

/** What a reader was told; or, as text, why a scenario came to no end. */
export type Told = Followed | string;

/**
 * Has all scenarios followed, and says how far it is.
 *
 * @param reader for the messages
 * @param followOne follows the one of this index
 */
export async function followScenarios(
  reader: string,
  scenarios: readonly Scenario[],
  followOne: (index: number) => Promise<Followed>,
): Promise<Told[]> {
  const told: Told[] = scenarios.map(() => `not followed, after ${STUCK} others came to no end`);
  const began = Date.now();
  let next = 0;
  let done = 0;
  let stuck = 0;
  const worker = async () => {
    while (next < scenarios.length && stuck < STUCK) {
      const index = next++;
      try {
        told[index] = await within('The word of a reader', followOne(index), LIMIT);
      } catch (error) {
        told[index] = String(error);
        stuck += 1;
        console.log(`${reader}: ${scenarios[index]?.name}: ${told[index]}`);
      }
      done += 1;
      if (done % 50 === 0 || done === scenarios.length) {
        console.log(
          `${reader}: ${done} of ${scenarios.length} in ${Math.round((Date.now() - began) / 1000)} s`,
        );
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return told;
}
