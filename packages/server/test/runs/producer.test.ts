import { afterEach, expect, it, vi } from 'vitest';
import { createRuns, type RunContext } from '../../src/index';

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});

function runsOf() {
  const runs = createRuns({ onError: (error) => expect.soft(error).toBe('no error') });
  opened.push(runs);
  return runs;
}

it.each([
  ['by the user', 'The run was asked to stop: by the user', { reason: 'by the user' }],
  ['', 'The run was asked to stop', {}],
  [undefined, 'The run was asked to stop', {}],
])(
  'A work that is stopped for the reason %j is told so, and its end says it too',
  async (reason, message, told) => {
    const runs = runsOf();
    let signal: AbortSignal | undefined;
    const { done } = await runs.start('job', async (run) => {
      signal = run.signal;
      await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
    });
    await vi.waitUntil(() => signal);
    expect(await runs.stop('job', reason)).toBe(true);
    const { lastId: _, ...state } = (await done) as { lastId: string };
    expect(state).toEqual({ status: 'ended', outcome: 'stopped', ...told });
    expect(signal?.reason).toMatchObject({ name: 'RunError', code: 'STOPPED', message });
  },
);

it('A work that writes what is no event is refused it, and may go on', async () => {
  const runs = runsOf();
  const { done } = await runs.start('job', async ({ write }: RunContext) => {
    for (const nothing of [undefined, null, 7]) {
      await expect(write(nothing as never)).rejects.toMatchObject({ code: 'INVALID_EVENT' });
    }
    await write('one');
  });
  expect(await done).toMatchObject({ outcome: 'done' });
});
