import { createMemoryRunStore } from '@eventwire/server';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runSeed } from '../support/random';
import { commands, RunWorld } from './run-model';

describe('a run in memory, with a clock of the test', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'Date', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('does what the model does: claims, lapses, fences, ends, stops, expires, and is read from anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(commands(), async (list) => {
        const store = createMemoryRunStore();
        const world = new RunWorld({
          log: () => store.open('job'),
          advance: async (ms) => {
            vi.advanceTimersByTime(ms);
          },
        });
        for (const command of list) {
          const { is, should } = await command.run(world);
          expect(is, command.name).toEqual(should);
        }
      }),
      { numRuns: 1000, seed: runSeed },
    );
  });
});
