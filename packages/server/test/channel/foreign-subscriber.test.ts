import { describe, expect, it } from 'vitest';
import { createChannel, type Subscriber } from '../../src/index';
import { FakeSubscriber } from '../helpers/fake-subscriber';
import { settled } from '../helpers/helpers';

const broken = () => {
  throw new Error('broken');
};

/** A channel with a subscriber of somebody's own between two that are in order. */
async function setUp(members: Partial<Subscriber>) {
  const errors: unknown[] = [];
  const channel = createChannel({ onError: (error) => errors.push(error) });
  const foreign = Object.assign(new FakeSubscriber(), members);
  const others = [new FakeSubscriber(), new FakeSubscriber()];
  channel.subscribe(others[0] as FakeSubscriber);
  const subscription = channel.subscribe(foreign);
  channel.subscribe(others[1] as FakeSubscriber);
  await settled();
  const dataOfOthers = () => others.map(({ blocks }) => blocks.map(({ data }) => data));
  return { channel, foreign, subscription, others, errors, dataOfOthers };
}

const follows = { over: false, follow: () => {}, unfollow: () => {} };

describe('a foreign subscriber disturbs nobody else', () => {
  it('by write that throws: it is closed, and the others get the event', async () => {
    const { channel, subscription, foreign, errors, dataOfOthers } = await setUp({ write: broken });
    await channel.publish('one');
    await settled();
    await channel.publish('two');
    await settled();
    expect(dataOfOthers()).toEqual([
      ['{}', 'one', 'two'],
      ['{}', 'one', 'two'],
    ]);
    await subscription.closed;
    expect(foreign.signal.aborted).toBe(true);
    expect(errors).toMatchObject([{ message: 'broken' }]);
    expect(channel.size).toBe(2);
  });

  it('by follow that throws: it is closed', async () => {
    const { channel, subscription, errors } = await setUp({ ...follows, follow: broken });
    await subscription.closed;
    expect(errors).toMatchObject([{ message: 'broken' }]);
    expect(channel.stats().subscribers).toBe(2);
    expect(channel.size).toBe(2);
  });

  it('by unfollow that throws: it is out of the channel all the same, and closing closes the others', async () => {
    const { channel, others, subscription, errors } = await setUp({ ...follows, unfollow: broken });
    subscription.close();
    await subscription.closed;
    expect(channel.size).toBe(2);
    expect(channel.stats().subscribers).toBe(2);
    await channel.close();
    expect(errors).toMatchObject([{ message: 'broken' }]);
    expect(others.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  });

  it('by unfollow that throws while the channel closes', async () => {
    const { channel, others } = await setUp({ ...follows, unfollow: broken });
    await channel.close();
    expect(others.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    expect(channel.size).toBe(0);
  });

  it('by closed that rejects: the channel waits for the others all the same', async () => {
    const rejected = Promise.reject(new Error('broken'));
    rejected.catch(() => {});
    const { channel, others } = await setUp({ closed: rejected });
    let release = () => {};
    const closed = new Promise<void>((resolve) => {
      release = resolve;
    });
    Object.assign(others[1] as FakeSubscriber, { closed });
    let isClosed = false;
    const closing = channel.close().then(() => {
      isClosed = true;
    });
    await settled();
    expect(isClosed).toBe(false);
    release();
    await closing;
  });

  it('by drained that rejects: it is closed', async () => {
    const { channel, foreign, subscription, errors, dataOfOthers } = await setUp({
      drained: () => Promise.reject(new Error('broken')),
    });
    foreign.stuck = true;
    await channel.publish('one');
    await settled();
    await subscription.closed;
    expect(errors).toMatchObject([{ message: 'broken' }]);
    expect(dataOfOthers()).toEqual([
      ['{}', 'one'],
      ['{}', 'one'],
    ]);
  });

  it('by refuse that throws: its subscription is closed all the same', async () => {
    const errors: unknown[] = [];
    const channel = createChannel({ maxSubscribers: 1, onError: (error) => errors.push(error) });
    channel.subscribe(new FakeSubscriber());
    await channel.subscribe(Object.assign(new FakeSubscriber(), { refuse: broken })).closed;
    expect(errors).toMatchObject([{ message: 'broken' }]);
    expect(channel.size).toBe(1);
  });
});
