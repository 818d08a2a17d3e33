import { expect, it, vi } from 'vitest';
import { createMemoryRunStore, createRuns } from '../../src/index';
import { changed } from '../helpers/changed-store';
import { deferred } from '../helpers/helpers';

/** Runs whose log is listened to with these signals. */
function open() {
  const signals: AbortSignal[] = [];
  const store = changed(createMemoryRunStore(), (log) => ({
    follow: (after, listener, signal) => {
      signals.push(signal);
      return log.follow(after, listener, signal);
    },
  }));
  return { signals, runs: createRuns({ store }) };
}

it.each(['breaks off', 'throws', 'aborts its signal'])(
  'A reader that %s listens to the log no longer',
  async (how) => {
    const { runs, signals } = open();
    const [first, gate] = [deferred(), deferred()];
    await runs.start('job', async function* () {
      await first.promise;
      yield 'one';
      await gate.promise;
    });
    const abort = new AbortController();
    const read = async () => {
      for await (const { event } of runs.read('job', { signal: abort.signal })) {
        expect(event.data).toBe('one');
        expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
        if (how === 'breaks off') break;
        if (how === 'throws') throw new Error(how);
        abort.abort();
      }
    };
    const reading = read().catch(({ message }: Error) => expect(message).toBe('throws'));
    await vi.waitUntil(() => signals.length === 1);
    first.resolve();
    await reading;
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    gate.resolve();
    await runs.close();
  },
);

it('A reader that has come to the end listens to the log no longer', async () => {
  const { runs, signals } = open();
  const gate = deferred();
  await runs.start('job', () => gate.promise);
  const reading = runs.read('job')[Symbol.asyncIterator]().next();
  await vi.waitUntil(() => signals.length === 1);
  gate.resolve();
  expect(await reading).toEqual({ done: true, value: undefined });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  await runs.close();
});
