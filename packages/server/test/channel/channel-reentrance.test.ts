import { describe, expect, it } from 'vitest';
import { type ChannelOptions, createChannel, createMemoryLog, type SubscribeOptions } from '../../src/index';
import { FakeSubscriber } from '../helpers/fake-subscriber';
import { settled } from '../helpers/helpers';
import { remote } from '../helpers/remote-log';

/** So large that it is delivered at once. */
const large = 'x'.repeat(70_000);
const seq = (id: string | undefined) => Number(id?.split('.')[1]);
const seqsOf = ({ blocks }: FakeSubscriber) => blocks.slice(1).map(({ id }) => seq(id));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

async function setUp(options: ChannelOptions = {}) {
  const errors: unknown[] = [];
  const channel = createChannel({ onError: (error) => errors.push(error), ...options });
  const join = async (subscribe: SubscribeOptions = {}) => {
    const subscriber = new FakeSubscriber();
    const subscription = channel.subscribe(subscriber, subscribe);
    await settled();
    return { subscriber, subscription };
  };
  return { channel, errors, join };
}

/** Calls back once, at the first event after the cursor. */
function once(action: () => void) {
  let done = false;
  return () => {
    if (!done) {
      done = true;
      action();
    }
    return true;
  };
}

describe('events that are published within a delivery come after it, for everybody, however large', () => {
  it('by a filter', async () => {
    const { channel, join } = await setUp();
    const first = await join({
      filter: once(() => [large, 'small', large].forEach((d) => void channel.publish(d))),
    });
    const chosen = await join({ topics: ['t'] });
    const last = await join();
    void channel.publish('one', { topic: 't' });
    await settled();
    await settled();
    expect([first, last].map(({ subscriber }) => seqsOf(subscriber))).toEqual([upTo(4), upTo(4)]);
    expect(seqsOf(chosen.subscriber)).toEqual([1]);
  });

  it('by what a subscriber does when it is written to', async () => {
    const { channel, join } = await setUp();
    const loud = (await join()).subscriber;
    const other = (await join()).subscriber;
    loud.onWrite = once(() => void channel.publish(large));
    void channel.publish('one');
    await settled();
    await settled();
    expect([loud, other].map(seqsOf)).toEqual([upTo(2), upTo(2)]);
  });

  it('by coalesceKey', async () => {
    let publish = () => {};
    const keyed = once(() => publish());
    const { channel, join } = await setUp({
      slowSubscriber: 'latest',
      coalesceKey: ({ id }) => {
        keyed();
        return id;
      },
    });
    const slow = (await join()).subscriber;
    const other = (await join()).subscriber;
    publish = () => void channel.publish(large);
    slow.stuck = true;
    void channel.publish('one');
    await settled();
    void channel.publish('two');
    await settled();
    await settled();
    expect(seqsOf(other)).toEqual(upTo(3));
    slow.stuck = false;
    slow.drain();
    await settled();
    expect(seqsOf(slow)).toEqual(upTo(3));
  });

  it('by the leave messages of 60 slow subscribers that are evicted together', async () => {
    const { channel, join } = await setUp({ maxQueueBytes: 1000 });
    const healthy = [(await join()).subscriber];
    for (let n = 0; n < 60; n++) {
      const { subscriber } = await join();
      subscriber.stuck = true;
      subscriber.signal.addEventListener('abort', () => void channel.publish(`left ${n}`.padEnd(2000, 'x')));
    }
    healthy.push((await join()).subscriber);
    for (const data of ['one', 'y'.repeat(2000)]) {
      void channel.publish(data);
      await settled();
    }
    await settled();
    await settled();
    expect(channel.size).toBe(2);
    expect(healthy.map(seqsOf)).toEqual([upTo(62), upTo(62)]);
  });

  it('and where every delivery brings about the next, the process still gets its turns', async () => {
    const { channel, join } = await setUp();
    const { subscriber } = await join();
    let published = 0;
    subscriber.onWrite = () => {
      if (published++ < 1000) void channel.publish(large);
    };
    void channel.publish('one');
    await settled();
    expect(published).toBeGreaterThan(0);
    expect(published).toBeLessThan(100);
    subscriber.onWrite = undefined;
    await channel.close();
  });
});

describe('within a delivery', () => {
  it('a channel that is closed gives the others their events first', async () => {
    const { channel, join } = await setUp();
    let closing: Promise<void> | undefined;
    const close = once(() => {
      closing = channel.close({ retry: [7, 7] });
    });
    const first = (await join({ filter: close })).subscriber;
    const other = (await join()).subscriber;
    void channel.publish('one');
    void channel.publish('two');
    await settled();
    await closing;
    for (const { frames, signal } of [first, other]) {
      expect(frames.join('').replaceAll(/^id: .*\n/gm, '')).toContain(
        'data: one\n\ndata: two\n\nretry: 7\n\n',
      );
      expect(signal.aborted).toBe(true);
    }
    await expect(channel.publish('late')).rejects.toMatchObject({ code: 'CHANNEL_CLOSED' });
  });

  it('a subscription that is closed gets nothing any more, and its cursor says up to where it was written', async () => {
    const { channel, join } = await setUp();
    const first = await join();
    const other = await join();
    const last = await join();
    const id = await channel.publish('before');
    await settled();
    first.subscriber.onWrite = once(() => {
      other.subscription.close();
      first.subscription.close();
    });
    await channel.publish('one');
    await settled();
    expect([other, first, last].map(({ subscriber }) => seqsOf(subscriber))).toEqual([[1], [1, 2], [1, 2]]);
    expect(other.subscription.cursor).toBe(id);
    expect([first, last].map(({ subscription }) => seq(subscription.cursor))).toEqual([2, 2]);
  });

  it('a slow subscriber that coalesceKey closes leaves nothing in the numbers', async () => {
    let close = () => {};
    const coalesceKey = ({ id }: { id: string }) => {
      close();
      return id;
    };
    const { channel, join } = await setUp({ slowSubscriber: 'latest', coalesceKey });
    const { subscriber } = await join();
    subscriber.stuck = true;
    await channel.publish('one');
    await settled();
    close = () => subscriber.close();
    await channel.publish('two');
    await settled();
    expect(channel.stats()).toMatchObject({ subscribers: 0, slow: 0, queueBytes: 0 });
  });

  it('a cursor that is asked for is that of what its subscriber has been written', async () => {
    const { channel, join } = await setUp();
    const cursors: number[][] = [];
    const all: Awaited<ReturnType<typeof join>>[] = [];
    for (let n = 0; n < 2; n++) all.push(await join());
    for (const { subscriber } of all)
      subscriber.onWrite = () => void cursors.push(all.map(({ subscription }) => seq(subscription.cursor)));
    await channel.publish('one');
    await settled();
    await channel.publish('two');
    await settled();
    expect(cursors).toEqual([
      [1, 0],
      [1, 1],
      [2, 1],
      [2, 2],
    ]);
  });

  it('a new subscriber begins behind it, or where its id stands', async () => {
    const { channel, join } = await setUp();
    const late: FakeSubscriber[] = [];
    const subscribe = once(() => {
      void channel.publish(large);
      for (const lastEventId of ['', before]) {
        const subscriber = new FakeSubscriber(lastEventId);
        late.push(subscriber);
        channel.subscribe(subscriber);
      }
    });
    let before = '';
    const { subscriber } = await join({ filter: ({ event }) => event.data === 'zero' || subscribe() });
    before = await channel.publish('zero');
    await settled();
    void channel.publish('one');
    await settled();
    await channel.publish('last');
    await settled();
    expect(seqsOf(subscriber)).toEqual(upTo(4));
    const [fresh, back] = late as [FakeSubscriber, FakeSubscriber];
    expect(fresh.blocks.map(({ type, id }) => [type, seq(id)])).toEqual([
      ['eventwire:cursor', 3],
      ['message', 4],
    ]);
    expect(back.blocks.map(({ id }) => seq(id))).toEqual([2, 3, 4]);
  });

  it('a tail that loses its place loses nothing of the delivery, and repeats nothing', async () => {
    const log = remote(createMemoryLog(), () => 0, true);
    const { channel, join } = await setUp({ log });
    const first = (await join({ filter: once(() => log.cut()) })).subscriber;
    const other = (await join()).subscriber;
    await channel.publish('one');
    await settled();
    await channel.publish('two');
    for (let n = 0; n < 20; n++) await settled();
    expect([first, other].map(seqsOf)).toEqual([upTo(2), upTo(2)]);
  });
});
