import { expect, it } from 'vitest';
import { runSeed } from '../support/random';
import { heapInUse, openHandles } from './heap';
import { styles } from './reader-styles';
import { describeStorm, storm } from './storm';

/** `pnpm test:soak` asks for more; this short form only proves that the long one can run. */
const MINUTES = Number(process.env.EVENTWIRE_MINUTES ?? 0.05);
const SAMPLES = 20;
/** MiB by which the last quarter of the samples may exceed the second one, on average. */
const GROWTH = 2;
/** Sockets that a storm may have at one moment: some for each reader, its proxy and the server. */
const HANDLES = 20 * styles.length;

const mean = (numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;

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
  const quarter = Math.floor(memory.length / 4);
  const growth = mean(memory.slice(-quarter)) - mean(memory.slice(quarter, 2 * quarter));
  expect(growth).toBeLessThan(GROWTH);
  expect(Math.max(...handles)).toBeLessThan(HANDLES);
  await expect.poll(openHandles, { timeout: 20_000 }).toBeLessThanOrEqual(before);
});
