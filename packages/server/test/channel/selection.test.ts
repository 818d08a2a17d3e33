import { setImmediate as immediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createChannel, createMemoryLog, EventStreamWriter, type SubscribeOptions } from '../../src/index';
import { FakeSink } from '../helpers/fake-sink';
import { FakeSubscriber } from '../helpers/fake-subscriber';
import { settled } from '../helpers/helpers';

function setUp() {
  const errors: unknown[] = [];
  const channel = createChannel({ onError: (error) => errors.push(error) });
  const join = (options: SubscribeOptions, lastEventId = '', context?: unknown) => {
    const subscriber = new FakeSubscriber(lastEventId);
    subscriber.context = context;
    channel.subscribe(subscriber, options);
    return subscriber;
  };
  const dataOf = ({ blocks }: FakeSubscriber) =>
    blocks.filter(({ type }) => type === 'message').map(({ data }) => data);
  return { channel, errors, join, dataOf };
}

describe('topics', () => {
  it('are what a subscriber gets, live and replayed; without topics it gets all', async () => {
    const { channel, join, dataOf } = setUp();
    const start = await channel.publish('start');
    const all = join({});
    const a = join({ topics: ['a'] });
    const both = join({ topics: ['b', 'a'] });
    const none = join({ topics: [] });
    await settled();
    await channel.publish('1', { topic: 'a' });
    await channel.publish('2', { topic: 'b' });
    await channel.publish('3');
    await settled();
    await channel.publish('4', { topic: 'a' });
    await settled();
    expect([all, a, both, none].map(dataOf)).toEqual([['1', '2', '3', '4'], ['1', '4'], ['1', '2', '4'], []]);

    const back = join({ topics: ['b'] }, start);
    await settled();
    expect(dataOf(back)).toEqual(['2']);
  });

  it('share one frame among all who have chosen the same', async () => {
    const { channel, join } = setUp();
    const frames: Uint8Array[] = [];
    for (const topics of [
      ['a', 'b'],
      ['b', 'a'],
      ['a', 'b', 'b'],
    ]) {
      const subscriber = join({ topics });
      const write = subscriber.write.bind(subscriber);
      subscriber.write = (frame) => {
        frames.push(frame);
        return write(frame);
      };
    }
    await settled();
    frames.length = 0;
    channel.publish('1', { topic: 'a' });
    channel.publish('2', { topic: 'b' });
    channel.publish('3', { topic: 'c' });
    await settled();
    expect(frames).toHaveLength(3);
    expect(new Set(frames).size).toBe(1);
  });

  it('cost nothing to those who have not chosen them', async () => {
    const { channel, join } = setUp();
    let asked = 0;
    for (let n = 0; n < 100; n++) {
      join({
        topics: [`${n}`],
        filter: () => {
          asked++;
          return true;
        },
      });
    }
    await settled();
    await channel.publish('x', { topic: '7' });
    await settled();
    expect(asked).toBe(1);
  });
});

describe('an event with several topics', () => {
  it('reaches each subscriber that chose one of them, once, live and replayed', async () => {
    const { channel, join, dataOf } = setUp();
    const start = await channel.publish('start');
    const choices = [['a'], ['b'], ['a', 'b'], ['c'], undefined];
    const live = choices.map((topics) => join({ topics }));
    await settled();
    await channel.publish('1', { topics: ['a', 'b'] });
    await channel.publish('2', { topics: ['b', 'd', 'b'] });
    await channel.publish('3', { topics: [] });
    await settled();
    const replayed = choices.map((topics) => join({ topics }, start));
    await settled();
    const expected = [['1'], ['1', '2'], ['1', '2'], [], ['1', '2', '3']];
    expect(live.map(dataOf)).toEqual(expected);
    expect(replayed.map(dataOf)).toEqual(expected);
  });

  it('cannot have a topic beside its topics', async () => {
    const { channel } = setUp();
    await expect(channel.publish('x', { topic: 'a', topics: ['b'] })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'topics',
    });
  });

  it.each([['ab'], [7], [['a', 7]], [{ a: 'b' }]])('cannot have %j as its topics', async (topics) => {
    const { channel } = setUp();
    const published = channel.publish('x', { topics: topics as unknown as string[] });
    await expect(published).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'topics',
      message: expect.stringContaining('expected an array of strings'),
    });
  });
});

describe('a topic pattern', () => {
  const startsWith = (start: string, onAsked = () => {}) => ({
    key: start,
    matches: (topic: string) => {
      onAsked();
      return topic.startsWith(start);
    },
  });

  it('chooses beside names, live and replayed, each event once', async () => {
    const { channel, join, dataOf } = setUp();
    const start = await channel.publish('start');
    const choices = [[startsWith('a/')], [startsWith('a/'), startsWith('a/1'), 'b'], [startsWith('')]];
    const live = choices.map((topics) => join({ topics }));
    await settled();
    await channel.publish('1', { topics: ['a/1', 'b'] });
    await channel.publish('2', { topic: 'a/2' });
    await channel.publish('3', { topic: 'b' });
    await channel.publish('4');
    await settled();
    const replayed = choices.map((topics) => join({ topics }, start));
    await settled();
    // The last chose every topic, and so no event without.
    const expected = [
      ['1', '2'],
      ['1', '2', '3'],
      ['1', '2', '3'],
    ];
    expect(live.map(dataOf)).toEqual(expected);
    expect(replayed.map(dataOf)).toEqual(expected);
  });

  it('is asked once for each event, however many have chosen it, and no more after the last has left', async () => {
    const { channel, join, dataOf } = setUp();
    let asked = 0;
    const count = () => {
      asked++;
    };
    const some = Array.from({ length: 50 }, (_, n) =>
      join({ topics: n % 2 === 0 ? [startsWith('a', count)] : [startsWith('a', count), `${n}`] }),
    );
    await settled();
    await channel.publish('x', { topic: 'a' });
    await settled();
    expect(some.map(dataOf)).toEqual(some.map(() => ['x']));
    expect(asked).toBe(1);
    for (const subscriber of some) subscriber.close();
    await channel.publish('y', { topic: 'a' });
    await settled();
    expect(asked).toBe(1);
  });

  it('that throws closes the subscribers that have chosen it, and no others', async () => {
    const { channel, errors, join, dataOf } = setUp();
    const start = await channel.publish('start');
    const broken = {
      key: 'broken',
      matches: () => {
        throw new Error('broken pattern');
      },
    };
    const [one, two, whole] = [join({ topics: [broken] }), join({ topics: ['a', broken] }), join({})];
    await settled();
    await channel.publish('x', { topic: 'b' });
    await settled();
    const replayed = join({ topics: [broken] }, start);
    await settled();
    expect([one, two, whole, replayed].map(({ signal }) => signal.aborted)).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(errors).toEqual(Array(3).fill(expect.objectContaining({ message: 'broken pattern' })));
    expect(dataOf(whole)).toEqual(['x']);
  });
});

describe('a filter', () => {
  it('sees the attributes of an event, live and replayed, and no client does', async () => {
    const { channel, join, dataOf } = setUp();
    const start = await channel.publish('start');
    const filter: SubscribeOptions['filter'] = ({ attributes }) => attributes.private === undefined;
    const live = join({ filter });
    await settled();
    await channel.publish('1', { attributes: { private: '' } });
    await channel.publish('2');
    await channel.publish('3', { attributes: { other: 'secret' } });
    await settled();
    const back = join({ filter }, start);
    await settled();
    expect([live, back].map(dataOf)).toEqual([
      ['2', '3'],
      ['2', '3'],
    ]);
    expect(back.frames.join('')).not.toMatch(/secret|other|private/);
  });

  it('sees the event and the subscriber’s context, live and replayed', async () => {
    const { channel, join, dataOf } = setUp();
    const start = await channel.publish('start');
    const filter: SubscribeOptions['filter'] = ({ topic }, context) => topic === context;
    const live = join({ filter }, '', 'me');
    await settled();
    await channel.publish('mine', { topic: 'me' });
    await channel.publish('not mine', { topic: 'you' });
    await settled();
    const back = join({ filter }, start, 'you');
    await settled();
    expect([live, back].map(dataOf)).toEqual([['mine'], ['not mine']]);
  });

  it('that throws closes its own subscriber alone, live and in replay', async () => {
    const { channel, errors, join, dataOf } = setUp();
    const start = await channel.publish('start');
    const filter = () => {
      throw new Error('broken filter');
    };
    const broken = join({ filter });
    const whole = join({});
    await settled();
    await channel.publish('x');
    await settled();
    const replayed = join({ filter }, start);
    await settled();
    expect(errors).toMatchObject([{ message: 'broken filter' }, { message: 'broken filter' }]);
    expect([broken, whole, replayed].map(({ signal }) => signal.aborted)).toEqual([true, false, true]);
    expect(dataOf(whole)).toEqual(['x']);
  });
});

it.each([
  ['nothing', Number.POSITIVE_INFINITY],
  ['little', 200],
])('leaves turns to others while many look through a long log in which %s is for them', async (_, every) => {
  const log = createMemoryLog();
  const channel = createChannel({ log });
  const first = await channel.publish('first', { topic: 'other' });
  for (let n = 1; n <= 5000; n++) log.append('event', { topic: n % every === 0 ? 'mine' : 'other' });
  const cursors: string[] = [];
  const subscription = channel.subscribe(new FakeSubscriber(first), { topics: ['mine'] });
  for (let turns = 0; turns < 100 && subscription.cursor !== log.lastId(); turns++) {
    await immediate();
    cursors.push(subscription.cursor);
  }
  expect(subscription.cursor).toBe(log.lastId());
  expect(new Set(cursors).size).toBeGreaterThan(10);
});

it('tells who has been passed over how far it is, instead of a heartbeat', async () => {
  const { channel } = setUp();
  const sink = new FakeSink();
  const stream = new EventStreamWriter(sink, { heartbeat: 20 });
  channel.subscribe(stream, { topics: ['a'] });
  await settled();
  const passed = await channel.publish('x', { topic: 'b' });
  await expect.poll(() => sink.text).toContain(`event: eventwire:cursor\ndata: {}\nid: ${passed}\n\n`);
  const told = sink.text.length;
  await expect.poll(() => sink.text.slice(told)).toMatch(/^(:\n)+$/);
  stream.close();
});

it.each([
  [{ topics: 'a' }, 'topics'],
  [{ topics: [1] }, 'topics'],
  [{ topics: [{ key: 'a' }] }, 'topics'],
  [{ topics: [{ matches: () => true }] }, 'topics'],
  [{ filter: 'a' }, 'filter'],
])('refuses %j', (options, option) => {
  const { channel } = setUp();
  expect(() => channel.subscribe(new FakeSubscriber(), options as unknown as SubscribeOptions)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION', option }),
  );
});
