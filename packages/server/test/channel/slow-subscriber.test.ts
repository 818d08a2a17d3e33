import { setImmediate as immediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ChannelOptions, createChannel, createMemoryLog } from '../../src/index';
import { FakeSubscriber } from '../helpers/fake-subscriber';
import { settled } from '../helpers/helpers';
import { remote } from '../helpers/remote-log';

/** A channel with one subscriber that is full after the first event, and a quick one beside it. */
async function setUp(options: ChannelOptions) {
  const metrics: Record<string, number> = {};
  const errors: unknown[] = [];
  const channel = createChannel({
    onMetric: (metric, change) => {
      metrics[metric] = (metrics[metric] ?? 0) + change;
    },
    onError: (error) => errors.push(error),
    ...options,
  });
  const slow = new FakeSubscriber();
  const quick = new FakeSubscriber();
  channel.subscribe(slow);
  channel.subscribe(quick);
  await settled();
  slow.stuck = true;
  await channel.publish('first');
  await settled();
  const publish = async (...data: string[]) => {
    for (const one of data) {
      await channel.publish(one);
      await immediate();
    }
    await settled();
  };
  const drain = async () => {
    slow.stuck = false;
    slow.drain();
    await settled();
  };
  /** Behind the cursor and the first event. */
  const got = () =>
    slow.blocks.slice(2).map(({ type, data }) => (type === 'message' ? data : `${type} ${data}`));
  return { channel, slow, quick, metrics, errors, publish, drain, got };
}

const large = 'x'.repeat(100);

describe('disconnect, the default', () => {
  it('closes who has more than maxQueueBytes waiting, who resumes by id; nobody else notices', async () => {
    const { channel, slow, quick, metrics, publish } = await setUp({ maxQueueBytes: 300 });
    await publish(large, large);
    expect(slow.signal.aborted).toBe(false);
    expect(channel.stats()).toMatchObject({ subscribers: 2, slow: 1 });
    expect(channel.stats().queueBytes).toBeGreaterThan(200);
    await publish(large);
    expect(slow.signal.aborted).toBe(true);
    expect(channel.stats()).toMatchObject({ subscribers: 1, slow: 0, queueBytes: 0, evicted: 1, dropped: 0 });
    expect(metrics).toMatchObject({ subscribers: 1, queueBytes: 0, evicted: 1 });

    const back = new FakeSubscriber(slow.cursor);
    channel.subscribe(back);
    await settled();
    expect(back.blocks.map(({ data }) => data)).toEqual([large, large, large]);
    expect(quick.blocks.slice(1).map(({ data }) => data)).toEqual(['first', large, large, large]);
  });

  it('does not count who is being given what it missed, however much that is', async () => {
    const channel = createChannel({ maxQueueBytes: 10 });
    const first = await channel.publish('first');
    for (let n = 0; n < 1000; n++) await channel.publish(large);
    const back = new FakeSubscriber(first);
    back.stuck = true;
    channel.subscribe(back);
    await settled();
    await channel.publish('meanwhile');
    await settled();
    expect(back.signal.aborted).toBe(false);
    back.stuck = false;
    back.drain();
    await settled();
    expect(back.blocks.map(({ data }) => data)).toEqual([...Array(1000).fill(large), 'meanwhile']);
    expect(channel.stats()).toMatchObject({ evicted: 0, slow: 0 });
  });
});

describe('What waits', () => {
  it('is written 64 KiB at once, as its client takes it, and in order', async () => {
    const { channel, slow, publish, got } = await setUp({});
    const block = `data: \nid: ${slow.cursor}\n\n`;
    const half = 'x'.repeat(32_768 - block.length);
    const before = slow.frames.length;
    const written = () => slow.frames.slice(before).map((frame) => frame.length);
    await publish(half, half, 'c');
    slow.drain();
    await settled();
    // The client takes no more for now.
    expect(written()).toEqual([65_536]);
    await publish('d');
    expect(channel.stats()).toMatchObject({ slow: 1, queueBytes: 2 * (block.length + 1) });
    slow.drain();
    await settled();
    expect(written()).toEqual([65_536, 2 * (block.length + 1)]);
    slow.drain();
    await settled();
    expect(channel.stats()).toMatchObject({ slow: 0, queueBytes: 0 });
    await publish('live');
    expect(got()).toEqual([half, half, 'c', 'd', 'live']);
    expect(slow.overrun).toBe(false);
  });

  it.each([
    ['a byte more than 64 KiB in two', 32_768, 32_769, [32_768, 32_769]],
    ['a larger event alone', 70_000, 32_768, [70_000, 32_768]],
  ])('is written %s', async (_, one, other, lengths) => {
    const { slow, publish, drain } = await setUp({});
    const block = `data: \nid: ${slow.cursor}\n\n`;
    const before = slow.frames.length;
    await publish('x'.repeat(one - block.length), 'x'.repeat(other - block.length));
    await drain();
    expect(slow.frames.slice(before).map((frame) => frame.length)).toEqual(lengths);
  });
});

describe('drop-oldest', () => {
  it('leaves out the oldest that wait, says how many, and goes on', async () => {
    const options = { slowSubscriber: 'drop-oldest', maxQueueBytes: 400 } as const;
    const { channel, slow, publish, drain, got } = await setUp(options);
    await publish(...'abcdefgh'.split('').map((letter) => letter + large));
    await drain();
    const [notice, ...rest] = got();
    expect(notice).toBe(`eventwire:lagged {"dropped":${8 - rest.length}}`);
    expect(rest).toEqual(['f', 'g', 'h'].slice(-rest.length).map((letter) => letter + large));
    expect(rest.length).toBeGreaterThan(0);
    await publish('live again');
    expect(got().at(-1)).toBe('live again');
    expect(slow.overrun).toBe(false);
    expect(channel.stats()).toMatchObject({ dropped: 8 - rest.length, evicted: 0, queueBytes: 0, slow: 0 });
  });

  it('keeps the newest, also where it alone is too large', async () => {
    const { publish, drain, got } = await setUp({ slowSubscriber: 'drop-oldest', maxQueueBytes: 0 });
    await publish('a', 'b');
    await drain();
    expect(got()).toEqual(['eventwire:lagged {"dropped":1}', 'b']);
  });
});

describe('latest', () => {
  const coalesceKey = ({ event }: { event: { data?: unknown } }) => String(event.data)[0] ?? '';

  it('keeps the newest of each key, in log order, and says how many were left out', async () => {
    const { publish, drain, got } = await setUp({ slowSubscriber: 'latest', coalesceKey });
    await publish('a1', 'b1', 'a2', 'c1', 'b2', 'a3');
    await drain();
    expect(got()).toEqual(['eventwire:lagged {"dropped":3}', 'c1', 'b2', 'a3']);
  });

  it('says nothing where nothing was left out', async () => {
    const { publish, drain, got } = await setUp({ slowSubscriber: 'latest', coalesceKey });
    await publish('a1', 'b1');
    await drain();
    expect(got()).toEqual(['a1', 'b1']);
  });

  it('closes who has too many keys waiting', async () => {
    const { slow, publish } = await setUp({ slowSubscriber: 'latest', coalesceKey, maxQueueBytes: 200 });
    await publish(`a${large}`, `a${large}`);
    expect(slow.signal.aborted).toBe(false);
    await publish(`b${large}`);
    expect(slow.signal.aborted).toBe(true);
  });

  it('closes only who is concerned where coalesceKey throws, also in the middle of a turn', async () => {
    const failing = ({ event }: { event: { data?: unknown } }) => {
      if (event.data === 'b') throw new Error('no key');
      return 'key';
    };
    const { channel, slow, quick, errors } = await setUp({ slowSubscriber: 'latest', coalesceKey: failing });
    channel.publish('a');
    await channel.publish('b');
    await settled();
    expect(errors).toMatchObject([{ message: 'no key' }]);
    expect([slow.signal.aborted, quick.signal.aborted]).toEqual([true, false]);
    expect(channel.stats()).toMatchObject({ queueBytes: 0, subscribers: 1 });
  });
});

it('reads from the log what waited, where the log lost its place meanwhile', async () => {
  const log = remote(createMemoryLog(), () => 0, true);
  const { channel, publish, drain, got } = await setUp({ log });
  await publish('a', 'b');
  expect(channel.stats()).toMatchObject({ slow: 1 });
  log.cut();
  await settled();
  await publish('c');
  expect(channel.stats()).toMatchObject({ slow: 0, queueBytes: 0 });
  await drain();
  expect(got()).toEqual(['a', 'b', 'c']);
});

it.each([
  [{ slowSubscriber: 'latest' }, 'coalesceKey'],
  [{ coalesceKey: () => '' }, 'coalesceKey'],
  [{ slowSubscriber: 'wait' }, 'slowSubscriber'],
  [{ maxQueueBytes: -1 }, 'maxQueueBytes'],
  [{ maxSubscribers: 0 }, 'maxSubscribers'],
  [{ onMetric: 1 }, 'onMetric'],
])('refuses %j', (options, option) => {
  expect(() => createChannel(options as unknown as ChannelOptions)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', option }),
  );
});
