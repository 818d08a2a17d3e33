import { setImmediate as immediate } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import {
  type AppendOptions,
  type ChannelOptions,
  createChannel,
  createMemoryLog,
  type EventLog,
  EventStreamWriter,
  type LoggedEvent,
  type MemoryLogOptions,
  type SubscribeOptions,
} from '../../src/index';
import { FakeSink } from '../helpers/fake-sink';
import { FakeSubscriber } from '../helpers/fake-subscriber';
import { deferred, settled, stateOf } from '../helpers/helpers';

function setUp(options: MemoryLogOptions = {}, wrap: (log: EventLog) => EventLog = (log) => log) {
  const errors: unknown[] = [];
  const log = wrap(createMemoryLog(options));
  const channel = createChannel({ log, onError: (error) => errors.push(error) });
  const join = (lastEventId = '', subscribe: SubscribeOptions = {}) => {
    const subscriber = new FakeSubscriber(lastEventId);
    return { subscriber, subscription: channel.subscribe(subscriber, subscribe) };
  };
  const publish = async (...data: string[]) => {
    const ids: string[] = [];
    for (const one of data) ids.push(await channel.publish(one));
    return ids;
  };
  return { channel, log, errors, join, publish };
}

const dataOf = (subscriber: FakeSubscriber) => subscriber.blocks.map(({ data }) => data);

/** A log that is a memory log but for some methods. */
function withMethods(log: EventLog, methods: Partial<EventLog>): EventLog {
  return {
    append: (event, options) => log.append(event, options),
    lastId: () => log.lastId(),
    compare: (a, b) => log.compare(a, b),
    read: (after, options) => log.read(after, options),
    follow: (after, listener, signal) => log.follow(after, listener, signal),
    ...methods,
  };
}

describe('publish', () => {
  it('resolves with the id, and reaches all who are live', async () => {
    const { channel, join } = setUp();
    const a = join().subscriber;
    const b = join().subscriber;
    await settled();
    const id = await channel.publish({ type: 't', data: 'x' });
    await settled();
    for (const { frames } of [a, b]) expect(frames.at(-1)).toBe(`event: t\ndata: x\nid: ${id}\n\n`);
    expect(channel.size).toBe(2);
  });

  it('leaves the process as much time as deliveries take it, where events come faster, and delays a lone event no further', async () => {
    const { channel, join } = setUp();
    const { subscriber } = join();
    await settled();
    // Whole, so that sums are exact, and a rest of 10 ms is not one of 11.
    let now = Math.ceil(performance.now());
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      subscriber.frames.length = 0;
      // Each delivery takes 10 ms.
      subscriber.onWrite = () => {
        now += 10;
      };
      await channel.publish('alone');
      await immediate();
      await channel.publish('alone again');
      await immediate();
      expect(subscriber.frames).toHaveLength(2);

      void channel.publish('a');
      void channel.publish('b');
      await immediate();
      expect(subscriber.frames).toHaveLength(3);
      void channel.publish('c');
      await immediate();
      void channel.publish('d');
      await immediate();
      await vi.advanceTimersByTimeAsync(9);
      expect(subscriber.frames).toHaveLength(3);
      now += 10;
      await vi.advanceTimersByTimeAsync(1);
      expect(subscriber.frames).toHaveLength(4);
      expect(dataOf(subscriber)).toEqual(['alone', 'alone again', 'a', 'b', 'c', 'd']);

      // Within the rest after c and d; at the latest, a later burst is through at once.
      void channel.publish('e');
      await vi.advanceTimersByTimeAsync(10);
      now += 1000;
      for (const data of ['f', 'g']) void channel.publish(data);
      await immediate();
      void channel.publish('h');
      await immediate();
      expect(dataOf(subscriber).slice(6)).toEqual(['e', 'f', 'g', 'h']);

      // Within a rest, what the channel still has goes out when it closes.
      for (const data of ['i', 'j']) void channel.publish(data);
      await immediate();
      void channel.publish('k');
      await immediate();
      expect(dataOf(subscriber).at(-1)).toBe('j');
      await channel.close();
      expect(dataOf(subscriber).at(-1)).toBe('k');
    } finally {
      vi.useRealTimers();
      vi.restoreAllMocks();
    }
  });

  it('joins what is published within a turn, and delays a lone event no further', async () => {
    const { channel, join } = setUp();
    const { subscriber } = join();
    await settled();
    subscriber.frames.length = 0;
    channel.publish('1');
    channel.publish('2');
    await Promise.resolve();
    channel.publish('3');
    expect(subscriber.frames).toEqual([]);
    await immediate();
    expect(subscriber.frames).toHaveLength(1);
    expect(dataOf(subscriber)).toEqual(['1', '2', '3']);
    channel.publish('4');
    await immediate();
    expect(dataOf(subscriber)).toEqual(['1', '2', '3', '4']);
  });

  it('joins also where there is no setImmediate', async () => {
    const { channel, join } = setUp();
    const { subscriber } = join();
    await settled();
    subscriber.frames.length = 0;
    vi.stubGlobal('setImmediate', undefined);
    channel.publish('1');
    channel.publish('2');
    vi.unstubAllGlobals();
    await vi.waitUntil(() => subscriber.frames.length > 0);
    expect(subscriber.frames).toHaveLength(1);
    expect(dataOf(subscriber)).toEqual(['1', '2']);
  });

  it('bounds what waits for the end of a turn', async () => {
    const { channel, join } = setUp();
    const { subscriber } = join();
    await settled();
    subscriber.frames.length = 0;
    for (let i = 0; i < 3; i++) channel.publish('x'.repeat(40_000));
    expect(subscriber.frames).toHaveLength(1);
    await settled();
    expect(subscriber.blocks).toHaveLength(3);
  });

  it('gives subscribers once what is published again under its key', async () => {
    const { channel, join } = setUp();
    const { subscriber } = join();
    await settled();
    const [one, again] = await Promise.all(
      [1, 2].map(() => channel.publish('x', { idempotencyKey: 'order 7' })),
    );
    const other = await channel.publish('x', { idempotencyKey: 'order 8' });
    expect(again).toBe(one);
    await settled();
    expect(subscriber.blocks.slice(1).map(({ id }) => id)).toEqual([one, other]);
  });

  it.each([
    [{ topic: 7 }, 'topic'],
    [{ idempotencyKey: 7 }, 'idempotencyKey'],
    [{ idempotencyKey: '' }, 'idempotencyKey'],
    ['topic', 'options'],
  ])('refuses %j', async (options, option) => {
    const { channel, log } = setUp();
    const head = await log.lastId();
    await expect(channel.publish('x', options as unknown as AppendOptions)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option,
    });
    expect(await log.lastId()).toBe(head);
  });

  it('refuses reserved types and ids, and crashes nobody who ignores that', async () => {
    const { channel, log } = setUp();
    const head = await log.lastId();
    await expect(channel.publish({ type: 'eventwire:gap', data: '' })).rejects.toMatchObject({
      code: 'RESERVED_TYPE',
    });
    await expect(channel.publish({ id: '1', data: '' })).rejects.toMatchObject({ code: 'ID_NOT_ALLOWED' });
    channel.publish({ type: 'a\nb' });
    await settled();
    expect(await log.lastId()).toBe(head);
  });
});

describe('a subscriber without an id', () => {
  it('gets the cursor, then what follows', async () => {
    const { join, publish } = setUp();
    const [id] = await publish('before');
    const { subscriber, subscription } = join();
    await settled();
    expect(subscriber.blocks).toEqual([{ type: 'eventwire:cursor', id, data: '{}' }]);
    expect(subscription.cursor).toBe(id);
    const [next] = await publish('after');
    await settled();
    expect(subscriber.blocks.at(-1)).toEqual({ type: 'message', id: next, data: 'after' });
    expect(subscription.cursor).toBe(next);
  });

  it('gets the initial state without ids before the cursor, and misses nothing meanwhile', async () => {
    const { join, publish } = setUp();
    const gate = deferred();
    const [before] = await publish('before');
    const { subscriber } = join('', {
      async *initial() {
        yield { type: 'state', data: 'a' };
        await gate.promise;
        yield 'b';
      },
    });
    await settled();
    const [during] = await publish('during');
    gate.resolve();
    await settled();
    expect(subscriber.blocks).toEqual([
      { type: 'state', id: undefined, data: 'a' },
      { type: 'message', id: undefined, data: 'b' },
      { type: 'eventwire:cursor', id: before, data: '{}' },
      { type: 'message', id: during, data: 'during' },
    ]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('initial');
      },
      { message: 'initial' },
    ],
    ['gives an id', () => [{ id: '1', data: '' }], { code: 'ID_NOT_ALLOWED', field: 'id' }],
    ['gives a reserved type', () => [{ type: 'eventwire:x' }], { code: 'RESERVED_TYPE' }],
    ['gives a string', () => 'abc', { code: 'INVALID_SOURCE' }],
  ])('is closed alone when initial %s', async (_name, initial, error) => {
    const { join, publish, errors, channel } = setUp();
    const other = join().subscriber;
    const { subscriber, subscription } = join('', { initial: initial as () => string[] });
    await subscription.closed;
    await publish('x');
    await settled();
    expect(errors).toEqual([expect.objectContaining(error)]);
    expect(subscriber.signal.aborted).toBe(true);
    expect(channel.size).toBe(1);
    expect(dataOf(other)).toEqual(['{}', 'x']);
  });

  it('that leaves during initial closes its source at once', async () => {
    const { join } = setUp();
    let returned = 0;
    const { subscriber } = join('', {
      initial: () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise<never>(() => {}),
          return: async () => {
            returned++;
            return { value: undefined, done: true as const };
          },
        }),
      }),
    });
    await settled();
    subscriber.close();
    expect(returned).toBe(1);
  });
});

describe('a subscriber with an id', () => {
  it('gets exactly what it missed, in pages, then what follows', async () => {
    const { join, publish } = setUp();
    const ids = await publish(...Array.from({ length: 1000 }, (_, i) => `${i}`));
    const initial = vi.fn(() => []);
    const { subscriber } = join(ids[99], { initial });
    await settled();
    ids.push(...(await publish('live')));
    await settled();
    expect(subscriber.blocks.map(({ id }) => id)).toEqual(ids.slice(100));
    expect(initial).not.toHaveBeenCalled();
  });

  it('is taken from the options before the subscriber', async () => {
    const { join, publish } = setUp();
    const ids = await publish('1', '2', '3');
    const { subscriber } = join(ids[0], { lastEventId: ids[1] ?? '' });
    await settled();
    expect(dataOf(subscriber)).toEqual(['3']);
  });

  it('leaves turns of the event loop to others, however ready it is, and so does the initial state', async () => {
    const { join, publish } = setUp();
    const data = Array.from({ length: 100 }, () => 'x'.repeat(10_000));
    const ids = await publish('first', ...data);
    const back = join(ids[0]).subscriber;
    const fresh = join('', { initial: () => data }).subscriber;
    let most = 0;
    while (back.blocks.length < 100 || fresh.blocks.length < 101) {
      const before = [back.blocks.length, fresh.blocks.length];
      await immediate();
      const now = [back.blocks.length, fresh.blocks.length];
      most = Math.max(most, ...now.map((count, index) => count - (before[index] ?? 0)));
    }
    // Of 10,000 bytes each, 65,536 a turn, and the frame that is begun.
    expect(most).toBeLessThanOrEqual(13);
    expect(back.blocks.map(({ id }) => id)).toEqual(ids.slice(1));
    expect(fresh.blocks.slice(0, -1).map((block) => block.data)).toEqual(data);
  });

  it('is written at its own pace, in bounded frames', async () => {
    const { join, publish } = setUp();
    const ids = await publish(...Array.from({ length: 100 }, () => 'x'.repeat(10_000)));
    const { subscriber } = join(ids[0]);
    subscriber.stuck = true;
    await settled();
    expect(subscriber.frames).toHaveLength(1);
    expect(subscriber.frames[0]?.length).toBeLessThanOrEqual(65_536);
    subscriber.drain();
    await settled();
    expect(subscriber.frames).toHaveLength(2);
    subscriber.stuck = false;
    subscriber.drain();
    await vi.waitUntil(() => subscriber.blocks.length >= 99);
    expect(subscriber.blocks.map(({ id }) => id)).toEqual(ids.slice(1));
    expect(subscriber.overrun).toBe(false);
  });
});

describe('a gap', () => {
  it('comes first, with what was asked for, and then all that is held', async () => {
    const { join, publish, log } = setUp({ maxEvents: 3 });
    const ids = await publish('1', '2', '3', '4', '5');
    const { subscriber } = join(ids[0]);
    await settled();
    const [gap, ...rest] = subscriber.blocks;
    expect(gap).toEqual({
      type: 'eventwire:gap',
      id: log.cursorBefore?.(ids[2] ?? ''),
      data: JSON.stringify({ after: ids[0], oldest: ids[2] }),
    });
    expect(gap?.id).toBe(ids[1]);
    expect(rest.map(({ id }) => id)).toEqual(ids.slice(2));
  });

  it('brings an unknown id the newest events that fit into maxReplayBytes, and says with which they begin', async () => {
    const { log } = setUp();
    const ids: string[] = [];
    for (let n = 0; n < 300; n++) ids.push((await log.append(`${n}`.padEnd(1000, 'x'))).id);
    const replayTo = async (lastEventId: string, options: ChannelOptions, initial?: () => string[]) => {
      const subscriber = new FakeSubscriber(lastEventId);
      createChannel({ log, ...options }).subscribe(subscriber, { initial });
      await vi.waitUntil(() => subscriber.cursor === ids.at(-1));
      const bytes = subscriber.frames.reduce((sum, frame) => sum + frame.length, 0);
      const [gap, ...rest] = subscriber.blocks;
      return { gap, rest, bytes };
    };
    for (const lastEventId of ['bogus', 'elsewhere.1', `${ids[0]}0000`]) {
      const { gap, rest, bytes } = await replayTo(lastEventId, {});
      expect(bytes).toBeLessThan(64 * 1024 + 300);
      expect(bytes).toBeGreaterThan(64_000);
      expect(rest.map(({ id }) => id)).toEqual(ids.slice(-rest.length));
      expect(gap?.data).toBe(JSON.stringify({ after: lastEventId, oldest: rest[0]?.id }));
      expect(gap?.id).toBe(ids[ids.length - rest.length - 1]);
    }
    const few = await replayTo('bogus', { maxReplayBytes: 3000 });
    expect(few.rest.map(({ id }) => id)).toEqual(ids.slice(-2));
    const state = await replayTo('bogus', {}, () => ['state']);
    expect(state.rest.map(({ data }) => data)).toEqual(['state', '{}']);
    const none = await replayTo('bogus', { maxReplayBytes: 0 });
    expect([none.gap?.data, none.rest]).toEqual(['{"after":"bogus","oldest":null}', []]);
    // An id that the log knows is not concerned.
    const known = await replayTo(ids[0] ?? '', { maxReplayBytes: 0 });
    expect([known.gap, ...known.rest].map((block) => block?.id)).toEqual(ids.slice(1));
  });

  it('brings an id that is merely too old all that is held', async () => {
    const log = createMemoryLog({ maxEvents: 2000 });
    const ids: string[] = [];
    for (let n = 0; n < 3000; n++) ids.push((await log.append(`${n}`.padEnd(1000, 'x'))).id);
    const subscriber = new FakeSubscriber(ids[0]);
    createChannel({ log }).subscribe(subscriber);
    await vi.waitUntil(() => subscriber.cursor === ids.at(-1));
    expect(subscriber.blocks.slice(1).map(({ id }) => id)).toEqual(ids.slice(1000));
  });

  it('does not come after the newest id that was removed', async () => {
    const { join, publish } = setUp({ maxEvents: 3 });
    const ids = await publish('1', '2', '3', '4', '5');
    const { subscriber } = join(ids[1]);
    await settled();
    expect(dataOf(subscriber)).toEqual(['3', '4', '5']);
  });

  it('has the head as its id where nothing is held', async () => {
    const { join, publish, log } = setUp();
    const { subscriber } = join('from before a restart');
    await settled();
    expect(subscriber.blocks).toEqual([
      {
        type: 'eventwire:gap',
        id: await log.lastId(),
        data: '{"after":"from before a restart","oldest":null}',
      },
    ]);
    await publish('x');
    await settled();
    expect(dataOf(subscriber).at(-1)).toBe('x');
  });

  it('is followed by the initial state and the cursor where there is initial; a cut before the cursor brings both again', async () => {
    const { join, publish } = setUp();
    const ids = await publish('1', '2');
    const { subscriber } = join('foreign', { initial: () => ['state'] });
    await settled();
    await publish('3');
    await settled();
    expect(subscriber.blocks.map(({ type, id, data }) => [type, id, data]).slice(0, 3)).toEqual([
      ['eventwire:gap', 'foreign', JSON.stringify({ after: 'foreign', oldest: ids[0] })],
      ['message', undefined, 'state'],
      ['eventwire:cursor', ids[1], '{}'],
    ]);
    expect(dataOf(subscriber).slice(3)).toEqual(['3']);
  });

  it('falls back to the id asked for where the log knows no cursor before its oldest', async () => {
    const { join, publish } = setUp({}, (log) => withMethods(log, {}));
    await publish('1', '2');
    const { subscriber } = join('foreign');
    const nasty = join('fo\nreign').subscriber;
    await settled();
    await publish('3');
    await settled();
    expect(subscriber.blocks[0]?.id).toBe('foreign');
    expect(dataOf(subscriber).slice(1)).toEqual(['1', '2', '3']);
    expect(nasty.blocks[0]).toMatchObject({ type: 'eventwire:gap', id: undefined });
    expect(dataOf(nasty).slice(1)).toEqual(['1', '2', '3']);
  });

  it('loses nothing that is added while the empty log is looked at', async () => {
    let log: EventLog | undefined;
    let once = true;
    const { join } = setUp({}, (memory) => {
      log = memory;
      return withMethods(memory, {
        async read(after, options) {
          const page = await memory.read(after, options);
          if (once && after === 'foreign') memory.append('in between');
          once = false;
          return page;
        },
      });
    });
    const { subscriber } = join('foreign');
    await settled();
    log?.append('later');
    await settled();
    expect(dataOf(subscriber).slice(1)).toEqual(['in between', 'later']);
  });
});

describe('a slow subscriber', () => {
  it('leaves live, is not written, and reads on from its cursor', async () => {
    const { join, publish } = setUp();
    const slow = join().subscriber;
    const quick = join().subscriber;
    await settled();
    slow.stuck = true;
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) {
      ids.push(...(await publish(`${i}`)));
      await immediate();
    }
    await settled();
    expect(slow.blocks.slice(1).map(({ id }) => id)).toEqual(ids.slice(0, 1));
    expect(quick.blocks.slice(1).map(({ id }) => id)).toEqual(ids);
    slow.stuck = false;
    slow.drain();
    await settled();
    ids.push(...(await publish('live again')));
    await settled();
    expect(slow.blocks.slice(1).map(({ id }) => id)).toEqual(ids);
    expect(slow.overrun).toBe(false);
  });

  it('still gets what waits for it when the log has removed it', async () => {
    const { join, publish } = setUp({ maxEvents: 2 });
    const { subscriber } = join();
    await settled();
    subscriber.stuck = true;
    await publish('1');
    await settled();
    await publish('2', '3', '4', '5');
    subscriber.stuck = false;
    subscriber.drain();
    await settled();
    expect(dataOf(subscriber).slice(1)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('and one that throws delay nobody', async () => {
    const { join, publish, errors, channel } = setUp();
    const broken = join().subscriber;
    const quick = join().subscriber;
    await settled();
    broken.onWrite = () => {
      throw new Error('broken');
    };
    await publish('x');
    await settled();
    expect(dataOf(quick)).toEqual(['{}', 'x']);
    expect(errors).toMatchObject([{ message: 'broken' }]);
    expect(broken.signal.aborted).toBe(true);
    expect(channel.size).toBe(1);
  });
});

describe('becoming live', () => {
  it('happens also while the tail lags behind the log', async () => {
    let reads = 0;
    const { join, publish } = setUp({}, (log) =>
      withMethods(log, {
        read: (after, options) => {
          reads++;
          return log.read(after, options);
        },
        follow: (after, listener, signal) => {
          const waiting: LoggedEvent[] = [];
          const lagging = async () => {
            if (waiting.length < 10) return;
            const events = waiting.splice(0);
            for (let i = 0; i < 3; i++) await immediate();
            listener({ events, gap: false });
          };
          return log.follow(
            after,
            ({ events }) => {
              waiting.push(...events);
              lagging();
            },
            signal,
          );
        },
      }),
    );
    const [first] = await publish('first');
    const { subscriber } = join(first);
    const ids: string[] = [];
    for (let i = 0; i < 100; i++) {
      ids.push(...(await publish(`${i}`)));
      await immediate();
      if (i === 49) reads = 0;
    }
    // The feed may be resting, for up to 25 ms.
    await vi.waitUntil(() => subscriber.blocks.length >= ids.length);
    expect(subscriber.blocks.map(({ id }) => id)).toEqual(ids);
    expect(reads).toBe(0);
  });

  it('loses nothing that another subscriber publishes at that moment', async () => {
    const { channel, join, publish } = setUp();
    const first = await publish('first');
    const loud = join().subscriber;
    await settled();
    loud.onWrite = () => {
      loud.onWrite = undefined;
      channel.publish('x'.repeat(70_000)); // so large that it goes out at once
    };
    const { subscriber } = join(first[0]);
    channel.publish('second');
    await settled();
    await publish('last');
    await settled();
    expect(dataOf(subscriber).map((data) => data?.length)).toEqual([6, 70_000, 4]);
  });
});

describe('leaving', () => {
  it('by its signal, or by the subscription, which leaves the stream open', async () => {
    const { join, publish, channel } = setUp();
    const one = join();
    const two = join();
    await settled();
    one.subscriber.close();
    two.subscription.close();
    two.subscription.close();
    await Promise.all([one.subscription.closed, two.subscription.closed]);
    await publish('x');
    await settled();
    expect(channel.size).toBe(0);
    expect(two.subscriber.signal.aborted).toBe(false);
    expect(dataOf(two.subscriber)).toEqual(['{}']);
  });

  it('before it came', async () => {
    const { channel } = setUp();
    const subscriber = new FakeSubscriber();
    subscriber.close();
    const subscription = channel.subscribe(subscriber);
    await subscription.closed;
    expect(channel.size).toBe(0);
  });
});

describe('close', () => {
  it('delivers what was published, closes all, refuses the rest, and leaves the log alone', async () => {
    const { channel, join, log } = setUp();
    const { subscriber, subscription } = join();
    await settled();
    channel.publish('last');
    await channel.close();
    expect(dataOf(subscriber)).toEqual(['{}', 'last']);
    expect(subscriber.signal.aborted).toBe(true);
    expect(subscriber.ended).toBe(false);
    await subscription.closed;
    await expect(channel.publish('x')).rejects.toMatchObject({
      name: 'EventStreamClosedError',
      code: 'CHANNEL_CLOSED',
    });
    const late = join().subscriber;
    expect(late.signal.aborted).toBe(true);
    expect(channel.size).toBe(0);
    await log.append('still there');
    await channel.close();
  });

  it('is not stopped by a subscriber that throws', async () => {
    const { channel, join, errors } = setUp();
    const broken = join().subscriber;
    const other = join().subscriber;
    broken.close = () => {
      throw new Error('broken');
    };
    await channel.close();
    expect(errors).toMatchObject([{ message: 'broken' }]);
    expect(other.signal.aborted).toBe(true);
    expect(channel.size).toBe(0);
  });

  it('waits until the bodies have gone out', async () => {
    const { channel } = setUp();
    const sink = new FakeSink();
    sink.finishes = false;
    channel.subscribe(new EventStreamWriter(sink));
    await settled();
    const closing = channel.close();
    expect(await stateOf(closing)).toBe('pending');
    expect(sink.over).toBe('ended');
    sink.destroy();
    await closing;
  });
});

it.each([
  ['a stream', () => new EventStreamWriter(new FakeSink())],
  ['a subscriber of somebody else’s', () => new FakeSubscriber()],
])('has %s only if no other channel has it, and says to use topics', async (_name, make) => {
  const { channel } = setUp();
  const other = createChannel();
  const stream = make();
  const subscription = channel.subscribe(stream);
  const twice = expect.objectContaining({
    code: 'ALREADY_SUBSCRIBED',
    message: expect.stringContaining('subscribe with `topics`'),
  });
  expect(() => other.subscribe(stream)).toThrow(twice);
  expect(() => channel.subscribe(stream)).toThrow(twice);
  expect([channel.size, other.size]).toEqual([1, 0]);
  subscription.close();
  other.subscribe(stream);
  expect([channel.size, other.size]).toEqual([0, 1]);
});

it('lets go of a stream that ends', async () => {
  const { channel, publish } = setUp();
  const sink = new FakeSink();
  const stream = new EventStreamWriter(sink);
  const { closed } = channel.subscribe(stream);
  await settled();
  expect(channel.size).toBe(1);
  sink.leave();
  expect(channel.size).toBe(0);
  expect(await stateOf(closed)).toBe('resolved');
  await publish('unheard');
  expect(channel.subscribe(stream).closed).toBeInstanceOf(Promise);
  expect(channel.size).toBe(0);
});

describe('a log that holds events of reserved types, as by somebody who writes into it', () => {
  const withForged = (log: EventLog): EventLog => {
    const forge = (events: readonly LoggedEvent[]): LoggedEvent[] =>
      events.map((event) => {
        if (event.event.data !== 'forged') return event;
        const frame = new TextEncoder().encode(`event: eventwire:end\ndata: {}\nid: ${event.id}\n\n`);
        return { ...event, event: { type: 'eventwire:end', data: '{}' }, frame };
      });
    return withMethods(log, {
      read: async (after, options) => {
        const { events, gap } = await log.read(after, options);
        return { events: forge(events), gap };
      },
      follow: (after, listener, signal) =>
        log.follow(after, ({ events, gap }) => listener({ events: forge(events), gap }), signal),
    });
  };

  it('passes them over, live and in replay, and tells onError once', async () => {
    const { join, publish, errors } = setUp({}, withForged);
    const ids = await publish('1', 'forged', '2', 'forged', 'forged');
    const back = join(ids[0]);
    const behind = join(ids[2]);
    const foreign = join('foreign');
    await settled();
    const live = join();
    await settled();
    ids.push(...(await publish('3', 'forged', '4')));
    await settled();
    ids.push(...(await publish('forged')));
    await settled();
    const later = join(ids[4]);
    await settled();
    const messages = [back, behind, foreign, live, later].map(({ subscriber }) =>
      subscriber.blocks.filter(({ type }) => !/cursor|gap/.test(type)).map(({ data }) => data),
    );
    expect(messages).toEqual([
      ['2', '3', '4'],
      ['3', '4'],
      ['1', '2', '3', '4'],
      ['3', '4'],
      ['3', '4'],
    ]);
    for (const { subscription } of [back, behind, foreign, live, later])
      expect(subscription.cursor).toBe(ids.at(-1));
    expect(errors).toMatchObject([{ code: 'INCONSISTENT_LOG', cause: { code: 'RESERVED_TYPE' } }]);
  });
});

describe('a log that fails', () => {
  it.each(['lastId', 'read', 'follow'] as const)(
    'in %s closes the subscriber, and the next may try again',
    async (method) => {
      let broken = true;
      const { join, publish, errors } = setUp({}, (log) =>
        withMethods(log, {
          [method]: async (...args: never[]) => {
            if (broken) throw new Error(`no ${method}`);
            return (log[method] as (...args: never[]) => unknown)(...args);
          },
        }),
      );
      const { subscriber, subscription } = join(method === 'read' ? 'x' : '');
      await subscription.closed;
      expect(subscriber.signal.aborted).toBe(true);
      expect(errors).toMatchObject([{ message: `no ${method}` }]);
      broken = false;
      const again = join().subscriber;
      await settled();
      await publish('x');
      await settled();
      expect(dataOf(again)).toEqual(['{}', 'x']);
    },
  );

  it('to append rejects the publisher', async () => {
    const { channel } = setUp({}, (log) =>
      withMethods(log, { append: () => Promise.reject(new Error('full')) }),
    );
    await expect(channel.publish('x')).rejects.toThrow('full');
    channel.publish('ignored');
    await settled();
  });

  it('to keep its newest events, as by a failover, is noticed by who comes back, and nobody is turned away', async () => {
    let lostFrom = Number.POSITIVE_INFINITY;
    const seq = (id: string) => Number(id.split('.')[1]);
    const { join, publish, errors } = setUp({}, (log) =>
      withMethods(log, {
        lastId: async () => {
          const head = await log.lastId();
          return `${head.split('.')[0]}.${Math.min(seq(head), lostFrom - 1)}`;
        },
        read: async (after, options) => {
          const { events, gap } = await log.read(after, options);
          if (seq(after) >= lostFrom) return { events: [], gap: true };
          return { events: events.filter(({ id }) => seq(id) < lostFrom), gap };
        },
        follow: (after, listener, signal) =>
          log.follow(
            after,
            ({ events, gap }) => listener({ events: events.filter(({ id }) => seq(id) < lostFrom), gap }),
            signal,
          ),
      }),
    );
    const live = join().subscriber;
    await settled();
    const ids = await publish('1', '2', '3', '4', '5');
    await settled();
    lostFrom = 4;
    const back = join(ids[4]).subscriber;
    await settled();
    expect(errors).toEqual([]);
    const gap = { type: 'eventwire:gap', id: ids[2], data: JSON.stringify({ after: ids[4], oldest: null }) };
    expect(back.blocks).toEqual([gap]);
    expect(live.blocks.slice(6)).toEqual([gap]);
    expect([back, live].map(({ signal }) => signal.aborted)).toEqual([false, false]);
  });

  it('to read what its tail has is not asked for ever', async () => {
    const { join, publish, errors } = setUp({}, (log) =>
      withMethods(log, { read: async () => ({ events: [], gap: false }) }),
    );
    const [id] = await publish('1', '2');
    const { subscription } = join(id);
    await subscription.closed;
    expect(errors).toMatchObject([{ code: 'INCONSISTENT_LOG' }]);
  });
});

it('a log that is behind its tail for a turn of the event loop is asked again, and nobody is turned away', async () => {
  let isBehind = true;
  let reads = 0;
  const { join, publish, errors } = setUp({}, (log) =>
    withMethods(log, {
      lastId: async () => {
        const head = await log.lastId();
        return isBehind ? (log.cursorBefore?.(head) ?? '') : head;
      },
      read: async (after, options) => {
        if (!isBehind) return log.read(after, options);
        if (++reads === 1) {
          setImmediate(() => {
            isBehind = false;
          });
        }
        return { events: [], gap: true };
      },
    }),
  );
  const [, newest] = await publish('1', '2');
  const { subscriber } = join(newest);
  await settled();
  await publish('3');
  await settled();
  expect(errors).toEqual([]);
  expect(subscriber.blocks.at(-1)?.data).toBe('3');
});

it('a log whose tail is for ever ahead of what can be read is given up, and its subscribers are closed', async () => {
  const { join, publish, errors } = setUp({}, (log) =>
    withMethods(log, {
      lastId: async () => log.cursorBefore?.(await log.lastId()) ?? '',
      read: async () => ({ events: [], gap: true }),
    }),
  );
  const [, newest] = await publish('1', '2');
  const { subscription } = join(newest);
  await subscription.closed;
  expect(errors).toMatchObject([{ code: 'INCONSISTENT_LOG' }]);
});

describe('options', () => {
  it.each([
    ['log', { log: {} }],
    ['onError', { onError: 1 }],
    ['maxReplayBytes', { maxReplayBytes: -1 }],
    ['options', null],
  ])('refuses a bad %s', (option, options) => {
    expect(() => createChannel(options as ChannelOptions)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
  });

  it.each([
    ['lastEventId', { lastEventId: 7 }],
    ['initial', { initial: [] }],
  ])('refuses a bad %s of subscribe', (option, options) => {
    const channel = createChannel();
    expect(() => channel.subscribe(new FakeSubscriber(), options as unknown as SubscribeOptions)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
  });

  it.each([
    ['expected an event stream, such as the `stream` of a handler or an EventStreamResponse, got null', null],
    ['has no method drained', { write() {}, lastEventId: '' }],
    [
      'a Subscriber with an AbortSignal',
      { ...new FakeSubscriber(), write() {}, drained() {}, close() {}, signal: {} },
    ],
  ])('refuses what is no subscriber: %s', (message, subscriber) => {
    expect(() => createChannel().subscribe(subscriber as unknown as FakeSubscriber)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        option: 'subscriber',
        message: expect.stringContaining(message),
      }),
    );
  });
});

it.each([true, false])(
  'subscribers that come in one turn each get an event that is published right after them (local log: %s)',
  async (isLocal) => {
    const memory = createMemoryLog();
    const log = isLocal ? memory : withMethods(memory, {});
    const channel = createChannel({ log });
    const subscribers = [new FakeSubscriber(), new FakeSubscriber(), new FakeSubscriber()];
    for (const subscriber of subscribers) channel.subscribe(subscriber);
    await channel.publish('hello');
    for (const subscriber of subscribers) await expect.poll(() => dataOf(subscriber)).toContain('hello');
    await channel.close();
  },
);
