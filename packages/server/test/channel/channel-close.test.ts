import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ChannelCloseOptions, createChannel, createMemoryLog } from '../../src/index';
import { FakeSubscriber } from '../helpers/fake-subscriber';
import { settled } from '../helpers/helpers';

function setUp(count: number) {
  const log = createMemoryLog();
  const channel = createChannel({ log });
  const subscribers = Array.from({ length: count }, () => new FakeSubscriber());
  for (const subscriber of subscribers) channel.subscribe(subscriber);
  return { log, channel, subscribers };
}

const retryOf = ({ frames }: FakeSubscriber) => Number(/^retry: (\d+)\n\n$/.exec(frames.at(-1) ?? '')?.[1]);

describe('draining', () => {
  it('gives each client a reconnection time of its own, as its last block', async () => {
    const { channel, subscribers } = setUp(200);
    await settled();
    await channel.close({ retry: [1000, 9000] });
    const times = subscribers.map(retryOf);
    for (const ms of times) {
      expect(ms).toBeGreaterThanOrEqual(1000);
      expect(ms).toBeLessThanOrEqual(9000);
    }
    expect(new Set(times).size).toBeGreaterThan(100);
    expect(subscribers.every(({ signal, ended }) => signal.aborted && !ended)).toBe(true);
    expect(channel.size).toBe(0);
  });

  it('ends the streams one after the other over the spread, and those that are left go on meanwhile', async () => {
    const { log, channel, subscribers } = setUp(20);
    await settled();
    const last = channel.publish('the last that is published');
    await last;
    await settled();
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const began = performance.now();
    const times: number[] = [];
    for (const { signal } of subscribers) {
      signal.addEventListener('abort', () => times.push(performance.now() - began));
    }
    const closing = channel.close({ spread: 2000 });
    await expect(channel.publish('too late')).rejects.toMatchObject({ code: 'CHANNEL_CLOSED' });
    await vi.advanceTimersByTimeAsync(850);
    expect(subscribers.map(({ signal }) => signal.aborted)).toEqual([
      ...Array(9).fill(true),
      ...Array(11).fill(false),
    ]);
    expect(channel.size).toBe(11);
    // Somebody else's, by a log that processes share.
    log.append('still delivered');
    await vi.advanceTimersByTimeAsync(1150);
    await closing;
    expect(times).toEqual(Array.from({ length: 20 }, (_, n) => n * 100));
    const lastOf = (index: number) => subscribers[index]?.blocks.at(-1)?.data;
    expect([8, 9, 19].map(lastOf)).toEqual([
      'the last that is published',
      'still delivered',
      'still delivered',
    ]);
  });

  it('takes nobody in any more, nor anything from those whom it closes, but tells them when to come back', async () => {
    const { channel, subscribers } = setUp(1);
    await settled();
    const late: FakeSubscriber[] = [];
    const attempts: Promise<unknown>[] = [];
    const come = () => {
      const subscriber = new FakeSubscriber();
      late.push(subscriber);
      channel.subscribe(subscriber);
    };
    subscribers[0]?.signal.addEventListener('abort', () => {
      come();
      attempts.push(channel.publish('too late').catch(({ code }) => code));
    });
    await channel.close({ retry: [1000, 9000] });
    come();
    expect(await Promise.all(attempts)).toEqual(['CHANNEL_CLOSED']);
    expect(late.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    for (const subscriber of late) expect(retryOf(subscriber)).toBeGreaterThanOrEqual(1000);
    expect(channel.size).toBe(0);
  });

  it('waits for the bodies no longer than the timeout', async () => {
    const { channel } = setUp(0);
    const stuck = Object.assign(new FakeSubscriber(), { closed: new Promise<void>(() => {}) });
    channel.subscribe(stuck);
    await settled();
    await channel.close({ timeout: 10 });
    expect(stuck.signal.aborted).toBe(true);
  });

  it.each([
    [{ retry: 5 }, 'retry'],
    [{ retry: [5] }, 'retry'],
    [{ retry: [5, 4] }, 'retry[1]'],
    [{ retry: [-1, 4] }, 'retry[0]'],
    [{ spread: -1 }, 'spread'],
    [{ timeout: 2 ** 31 }, 'timeout'],
  ])('refuses %j', (options, option) => {
    const { channel } = setUp(0);
    expect(() => channel.close(options as unknown as ChannelCloseOptions)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
  });
});

describe('maxSubscribers', () => {
  it('turns away who comes beyond it, and takes who comes once there is room', async () => {
    const channel = createChannel({ maxSubscribers: 1 });
    const first = new FakeSubscriber();
    channel.subscribe(first);
    const refused: number[] = [];
    const second = Object.assign(new FakeSubscriber(), { refuse: (after: number) => refused.push(after) });
    await channel.subscribe(second).closed;
    expect(refused).toEqual([5]);
    const third = new FakeSubscriber();
    await channel.subscribe(third).closed;
    expect(third.signal.aborted).toBe(true);
    expect(channel.stats()).toMatchObject({ subscribers: 1, refused: 2 });
    first.close();
    channel.subscribe(new FakeSubscriber());
    expect(channel.size).toBe(1);
  });
});
