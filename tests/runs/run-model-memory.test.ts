import { createMemoryRunStore } from '@eventwire/server';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { runSeed } from '../support/random';
import { commands, play, RunWorld, useTestClock } from './run-model';

describe('a run in memory, with a clock of the test', () => {
  const advance = useTestClock();

  it('does what the model does: claims, lapses, fences, ends, stops, expires, and is read from anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(commands(), async (list) => {
        const store = createMemoryRunStore();
        await play(new RunWorld({ log: () => store.open('job'), advance }), list);
      }),
      { numRuns: 1000, seed: runSeed },
    );
  });
});
