/** What one runtime makes of all checks of one kind. */
export interface Tally {
  passed: number;
  total: number;
  /** The first few that did not pass: which one, and how it differs. */
  failures: string[];
}

export interface Report {
  cases: Tally;
  roundTrips: Tally;
  connecting: Tally;
  eventSource: Tally;
}

const SHOWN = 5;

/** Runs `check` for each item; one that throws, or whose promise rejects, has not passed. */
export async function tally<T>(
  items: Iterable<T>,
  name: (item: T) => string,
  check: (item: T) => void | Promise<void>,
): Promise<Tally> {
  const result: Tally = { passed: 0, total: 0, failures: [] };
  for (const item of items) {
    result.total++;
    try {
      await check(item);
      result.passed++;
    } catch (error) {
      if (result.failures.length < SHOWN) result.failures.push(`${name(item)}: ${error}`);
    }
  }
  return result;
}

export function sum(tallies: Tally[]): Tally {
  return {
    passed: tallies.reduce((passed, tally) => passed + tally.passed, 0),
    total: tallies.reduce((total, tally) => total + tally.total, 0),
    failures: tallies.flatMap(({ failures }) => failures).slice(0, SHOWN),
  };
}

/** Throws unless both are the same as JSON, where a property that is undefined is absent. */
export function same(way: string, actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== should) throw new Error(`${way}: ${is} instead of ${should}`);
}
