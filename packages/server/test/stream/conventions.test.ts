import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  createChannel,
  createMemoryLog,
  type EventStreamInit,
  EventStreamWriter,
  type SubscribeOptions,
} from '../../src/index';
import { FakeSink } from '../helpers/fake-sink';
import { settled } from '../helpers/helpers';

function open(init = {}, request = {}, sink = new FakeSink()) {
  const stream = new EventStreamWriter(sink, { onError: () => {}, ...init }, request);
  onTestFinished(() => stream.close());
  return { sink, stream };
}

describe('The conventions', () => {
  it.each([
    ['GET', true],
    ['HEAD', true],
    ['POST', false],
    ['QUERY', false],
  ])('of %s are followed by default: %s', (method, followed) => {
    const { sink, stream } = open({}, { method });
    stream.end();
    expect(sink.text).toBe(followed ? ': eventwire heartbeat=15000\nevent: eventwire:end\ndata: {}\n\n' : '');
    expect(sink.over).toBe('ended');
  });

  it('are the option’s, whatever the method', () => {
    const without = open({ conventions: false }, { method: 'GET' });
    const withThem = open({ conventions: true }, { method: 'POST' });
    expect([without.sink.text, withThem.sink.text]).toEqual(['', ': eventwire heartbeat=15000\n']);
  });
});

describe('A stream without the conventions', () => {
  it('has heartbeats', () => {
    vi.useFakeTimers();
    const { sink } = open({ conventions: false, heartbeat: 100 });
    vi.advanceTimersByTime(200);
    expect(sink.text).toBe(':\n:\n');
    vi.useRealTimers();
  });

  it('is cut where its source fails, behind what its client has not taken yet', async () => {
    const { sink, stream } = open({ conventions: false });
    sink.stuck = true;
    await stream.sendEvents(async function* () {
      yield 'half an answer';
      throw new Error('secret');
    });
    expect([sink.text, sink.over]).toEqual(['data: half an answer\n\n', undefined]);
    sink.take();
    expect(sink.over).toBe('destroyed');
  });

  it('is cut where its time is up', () => {
    vi.useFakeTimers();
    const { sink } = open({ conventions: false, maxDuration: 100 });
    vi.advanceTimersByTime(100);
    expect(sink.over).toBe('destroyed');
    vi.useRealTimers();
  });
});

describe('A channel’s stream without the conventions', () => {
  /** A channel that holds `b` and `c` only, of the epoch of `known`. */
  async function setUp() {
    const channel = createChannel({ log: createMemoryLog({ maxEvents: 2 }) });
    const known: string[] = [];
    for (const data of ['a', 'b', 'c']) known.push(await channel.publish(data));
    const subscribe = (
      lastEventId: string,
      options: SubscribeOptions = {},
      init: EventStreamInit = {},
      begun = false,
    ) => {
      const sink = new FakeSink();
      sink.begun = begun;
      const { stream } = open({ conventions: false, heartbeat: false, ...init }, { lastEventId }, sink);
      channel.subscribe(stream, options);
      return sink;
    };
    return { channel, known, subscribe };
  }

  it('begins with the events that it has missed, or with none', async () => {
    const { channel, known, subscribe } = await setUp();
    const behind = subscribe(known[1] ?? '');
    const upToDate = subscribe(known[2] ?? '');
    expect([behind.held, upToDate.held]).toEqual([true, true]);
    await settled();
    expect([behind.text, upToDate.text]).toEqual([`data: c\nid: ${known[2]}\n\n`, '']);
    expect([behind.begun, upToDate.begun]).toEqual([true, true]);
    const next = await channel.publish('d');
    await settled();
    expect(upToDate.text).toBe(`data: d\nid: ${next}\n\n`);
  });

  it.each(['unknown.7', 'too old'])('is a 410 for a gap behind an id that is %s', async (which) => {
    const { channel, known, subscribe } = await setUp();
    await channel.publish('d');
    const sink = subscribe(which === 'too old' ? (known[0] ?? '') : which);
    await settled();
    expect(sink.text).toBe('410');
    expect(sink.body).toContain('are gone');
    expect(channel.size).toBe(0);
    expect(channel.stats().gaps).toBe(1);
  });

  it('is cut for a gap if its head has gone out', async () => {
    const { subscribe } = await setUp();
    const sink = subscribe('unknown.7', {}, {}, true);
    await settled();
    expect([sink.text, sink.over]).toEqual(['', 'destroyed']);
  });

  it('is a 500 if its log fails before the head has gone out', async () => {
    const broken = Object.assign(createMemoryLog(), {
      read: () => {
        throw new Error('out of order');
      },
    });
    const sink = new FakeSink();
    sink.begun = false;
    const { stream } = open({ conventions: false }, { lastEventId: 'unknown.7' }, sink);
    createChannel({ log: broken, onError: () => {} }).subscribe(stream);
    await settled();
    expect(sink.text).toBe('500');
  });

  it('has its initial state without a cursor, and none in place of heartbeats', async () => {
    const { channel, subscribe } = await setUp();
    const sink = subscribe('', { initial: () => ['state'], topics: ['x'] }, { heartbeat: 20 });
    await settled();
    await channel.publish('passed over', { topic: 'y' });
    await expect.poll(() => sink.text).toContain(':\n:\n');
    expect(sink.text.replaceAll(':\n', '')).toBe('data: state\n\n');
  });

  it.each(['drop-oldest', 'latest'] as const)(
    'is cut instead of left without events by %s',
    async (policy) => {
      const coalesceKey = policy === 'latest' ? () => 'one' : undefined;
      const channel = createChannel({ slowSubscriber: policy, coalesceKey, maxQueueBytes: 20 });
      const sink = new FakeSink();
      sink.stuck = true;
      const { stream } = open({ conventions: false, highWaterMark: 1 }, {}, sink);
      channel.subscribe(stream);
      await settled();
      for (let n = 0; n < 5; n++) {
        await channel.publish(`${n}`);
        await settled();
      }
      expect(channel.stats()).toMatchObject({ dropped: 0, evicted: 1 });
      sink.take();
      expect(sink.over).toBe('destroyed');
      expect(sink.text).not.toContain('eventwire:');
    },
  );
});
