import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from '../support/bundle';
import { allRuntimes, installedRuntimes, type Result } from './runtimes';

/** `pnpm test:runtimes` sets both: which runtimes, and where to write what they say. */
const runtimes = process.env.EVENTWIRE_RUNTIMES === 'all' ? allRuntimes : installedRuntimes;
const file = process.env.EVENTWIRE_RUNTIMES_REPORT;

describe('the conformance cases, a thousand round trips, connect() and EventSource', () => {
  let script: string;
  const results: (Result & { name: string })[] = [];

  beforeAll(async () => {
    script = await bundle(`export { run } from '../runtimes/script/run';`);
  });

  afterAll(() => {
    if (file !== undefined) writeFileSync(file, JSON.stringify(results));
  });

  it.each(runtimes)('pass in $name', { timeout: 600_000 }, async ({ name, run }) => {
    const { version, report } = await run(script);
    const { cases, roundTrips, connecting, eventSource } = report;
    console.log(
      `${name} (${version}): ${cases.passed} of ${cases.total} cases,`,
      `${roundTrips.passed} of ${roundTrips.total} round trips,`,
      `${connecting.passed} of ${connecting.total} scenarios of connect(),`,
      `${eventSource.passed} of ${eventSource.total} scenarios of EventSource`,
    );
    results.push({ name, version, report });
    const failures = [cases, roundTrips, connecting, eventSource].flatMap((tally) => tally.failures);
    expect(failures).toEqual([]);
    expect(cases.passed).toBe(cases.total);
    expect(cases.total).toBeGreaterThan(170);
    expect(roundTrips).toMatchObject({ passed: 1000, total: 1000 });
    expect(connecting).toMatchObject({ passed: 5, total: 5 });
    expect(eventSource).toMatchObject({ passed: 4, total: 4 });
  });
});
