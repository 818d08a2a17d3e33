import { expect, it } from 'vitest';
import { runSeed } from '../support/random';
import { heapInUse, openHandles } from './heap';
import { describeStorm, storm } from './storm';

/** `pnpm test:chaos` asks for more. */
const COUNT = Number(process.env.EVENTWIRE_EVENTS ?? 500);
/** Where a run ends although something has not happened by then, which is an error. */
const MOST = Math.max(20_000, COUNT);
/** How often the heap is looked at. */
const LOOKS = 10;
/** MiB that the heap may grow by over a run: noise of code being compiled, far below what the events themselves are. */
const GROWTH = 6;

it(`${COUNT} events arrive in order through every fault there is, once or as each reader's options say (seed ${runSeed})`, async () => {
  const before = openHandles();
  const heap: number[] = [];
  const report = await storm({
    seed: runSeed,
    // A short run goes on until every fault and every reader's own lot has happened: else it has proved nothing about the others.
    goesOn: (published, sawAll) => {
      if (heap.length < LOOKS && published >= ((heap.length + 1) * COUNT) / LOOKS) heap.push(heapInUse());
      return published < COUNT || (!sawAll && published < MOST);
    },
  });
  console.log(
    [`seed ${runSeed}`, describeStorm(report), `heap after each tenth: ${heap.join(', ')} MiB`].join('\n'),
  );

  for (const reader of report.readers) {
    const { style, received, crashes, twice, dropped, overflows } = reader;
    expect(received, style.name).toBe(report.published);
    // Each does what it is there for, and nothing else happens to it.
    for (const [counter, times] of Object.entries({ crashes, twice, dropped, overflows })) {
      const happens = style.counts?.some((name) => name === counter) === true;
      expect(times > 0, `${counter} of ${style.name}: ${times}`).toBe(happens);
    }
  }
  for (const [fault, times] of Object.entries(report.happened)) expect(times, fault).toBeGreaterThan(0);
  expect(report.restarts).toBeGreaterThan(1);
  // Compared from the second look on: until then code is compiled and caches fill.
  const [, first = 0, ...later] = heap;
  expect(Math.max(...later) - first).toBeLessThan(GROWTH);
  await expect.poll(openHandles, { timeout: 20_000 }).toBeLessThanOrEqual(before);
});
