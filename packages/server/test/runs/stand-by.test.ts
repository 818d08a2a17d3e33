import { expect, it } from 'vitest';
import { createMemoryRunStore, createRuns } from '../../src/index';
import { changed } from '../helpers/changed-store';

it('A call that has taken a run over says how its own work has ended, though the run is deleted right after', async () => {
  const lease = 600_000;
  const memory = createMemoryRunStore();
  const gone = await memory.open('job').claim({ lease, ttl: lease });
  let claims = 0;
  const store = changed(memory, (log) => ({
    claim: async (options) => {
      // The first is that of `start`, which finds the run taken.
      if (++claims === 2) await gone?.release();
      return log.claim(options);
    },
    append: async (event, options) => {
      const logged = await log.append(event, options);
      if (options?.end) await log.delete();
      return logged;
    },
  }));
  const runs = createRuns({ store, lease });
  const { started, done } = await runs.start('job', () => ['one']);
  expect(started).toBe(false);
  expect(await done).toEqual({ status: 'ended', outcome: 'done', lastId: expect.any(String) });
  expect(claims).toBe(2);
  await runs.close();
});
