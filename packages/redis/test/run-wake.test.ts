import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RedisClientLike } from '../src/index';
import { RunWake } from '../src/run-wake';

/** A client whose connections are those of a list; when there are no more, none can be opened. */
function clientOf(connections: readonly ((name: string) => Promise<unknown>)[]) {
  const opened: number[] = [];
  const destroy = vi.fn();
  const client: RedisClientLike = {
    sendCommand: async () => 'OK',
    duplicate: () => {
      const answer = connections[opened.push(performance.now()) - 1];
      return {
        sendCommand: ([name = '']: string[]) => answer?.(name),
        connect: async () => {
          if (!answer) throw new Error('no connection');
        },
        destroy,
        duplicate: () => client,
      };
    },
  };
  return { client, opened, destroy };
}

const failing = async (name: string) => {
  if (name === 'XREAD') throw new Error('the connection is gone');
  return [];
};
/** Has news of a run every second, for a while. */
const busy = (turns: number) => async (name: string) => {
  if (name !== 'XREAD') return [];
  if (turns-- === 0) throw new Error('the connection is gone');
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return [['wake', [[`1-${turns}`, ['run', 'busy']]]]];
};

describe('What wakes the followers of runs', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const wakeOf = (client: RedisClientLike) =>
    new RunWake({ client, commandTimeout: 1000, onError: () => {} }, 'wake');

  it('looks at every run after five seconds, also while another run has news all the time', async () => {
    const { client } = clientOf([busy(1000)]);
    const wake = wakeOf(client);
    const look = vi.fn(async () => {});
    await wake.waking('quiet', look).start();
    await vi.advanceTimersByTimeAsync(4500);
    expect(look).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(look).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(5000);
    expect(look).toHaveBeenCalledTimes(3);
    void wake.close();
  });

  it('tries again soon if its connection breaks after it had news', async () => {
    const { client, opened } = clientOf([failing, failing, failing, busy(1), busy(1)]);
    const wake = wakeOf(client);
    await wake.waking('busy', async () => {}).start();
    await vi.advanceTimersByTimeAsync(10_000);
    const between = opened.map((at, index) => at - (opened[index - 1] ?? 0));
    expect(between.slice(1, 6)).toEqual([100, 200, 400, 1100, 1100]);
    void wake.close();
  });

  it('gives its connection up with the last that waits', async () => {
    const { client, destroy } = clientOf([busy(1000)]);
    const wake = wakeOf(client);
    const [first, second] = ['one', 'two'].map((name) => wake.waking(name, async () => {}));
    await first?.start();
    await second?.start();
    await first?.stop();
    expect(destroy).not.toHaveBeenCalled();
    await second?.stop();
    expect(destroy).toHaveBeenCalledTimes(1);
    void wake.close();
  });

  it('leaves nothing behind if its first connection fails', async () => {
    const { client, opened } = clientOf([]);
    const wake = wakeOf(client);
    await expect(wake.waking('run', async () => {}).start()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(opened).toHaveLength(1);
    await wake.close();
  });
});
