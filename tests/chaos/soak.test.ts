import { expect, it } from 'vitest';
import { runSeed } from '../support/random';
import { heapInUse, openHandles } from './heap';
import { describeStorm, storm } from './storm';

/** `pnpm test:soak` asks for more; this short form only proves that the long one can run. */
const MINUTES = Number(process.env.EVENTWIRE_MINUTES ?? 0.05);
const SAMPLES = 20;
/** MiB by which the last quarter of the samples may exceed the second one, on average. */
const GROWTH = 2;
/** The same for handles, sockets most of all, of which there are now more and now fewer. */
const MORE_HANDLES = 30;

const mean = (numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

function growth(samples: number[]): number {
  const quarter = Math.floor(samples.length / 4);
  return mean(samples.slice(-quarter)) - mean(samples.slice(quarter, 2 * quarter));
}

it(`memory and handles stay flat for ${MINUTES} minutes (seed ${runSeed})`, async () => {
  const before = openHandles();
  const duration = MINUTES * 60_000;
  const began = performance.now();
  const memory: number[] = [];
  const handles: number[] = [];
  const report = await storm({
    seed: runSeed,
    goesOn: () => {
      const passed = performance.now() - began;
      if (passed >= ((memory.length + 1) * duration) / SAMPLES) {
        memory.push(heapInUse());
        handles.push(openHandles());
      }
      return passed < duration;
    },
  });
  console.log(
    [
      `seed ${runSeed}, ${MINUTES} minutes`,
      describeStorm(report),
      `heap: ${memory.join(', ')} MiB`,
      `handles: ${handles.join(', ')}`,
    ].join('\n'),
  );

  for (const { style, received } of report.readers) expect(received, style.name).toBe(report.published);
  expect(growth(memory)).toBeLessThan(GROWTH);
  expect(growth(handles)).toBeLessThan(MORE_HANDLES);
  await expect.poll(openHandles, { timeout: 20_000 }).toBeLessThanOrEqual(before);
});
