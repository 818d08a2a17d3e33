import { ServerEvent } from '@eventwire/encoder';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type EventStreamInit,
  EventStreamWriter,
  type HeaderFields,
  resolveEventStreamInit,
  SUBSCRIBER,
} from '../../src/index';
import { FakeSink } from '../helpers/fake-sink';
import { deferred, endOfTurn, settled, stateOf } from '../helpers/helpers';

function open(init: EventStreamInit = {}, sink = new FakeSink()) {
  const errors: unknown[] = [];
  const stream = new EventStreamWriter(sink, {
    heartbeat: false,
    onError: (error) => errors.push(error),
    ...init,
  });
  return { sink, stream, errors };
}

const bytes = (text: string) => new TextEncoder().encode(text);

afterEach(() => {
  vi.useRealTimers();
});

describe('sendEvent', () => {
  it('writes the events of one turn at its end, in one write', async () => {
    const { sink, stream } = open();
    stream.sendEvent({ type: 'greeting', id: '1', data: 'hello' });
    stream.sendEvent('plain');
    expect(sink.writes).toEqual([]);
    await endOfTurn();
    expect(sink.writes).toEqual(['event: greeting\ndata: hello\nid: 1\n\ndata: plain\n\n']);
    await stream.sendEvent('alone');
    await endOfTurn();
    expect(sink.writes.slice(1)).toEqual(['data: alone\n\n']);
  });

  it('keeps the order of events, frames and heartbeats, and writes no more than 64 KiB later', () => {
    const { sink, stream } = open({ highWaterMark: 1_000_000 });
    stream.sendEvent('one');
    stream[SUBSCRIBER].write(bytes('data: frame\n\n'));
    stream.sendEvent('x'.repeat(65_536));
    stream.sendEvent('two');
    stream.close();
    expect(sink.writes.map((text) => text.replace(/x+/, 'many'))).toEqual([
      'data: one\n\n',
      'data: frame\n\n',
      'data: many\n\n',
      'data: two\n\n',
    ]);
  });

  it('writes what was sent before the stream is held or answered otherwise, which is then too late', () => {
    const { sink, stream } = open();
    sink.begun = false;
    stream.sendEvent('one');
    expect(() => stream.respond({ status: 404 })).toThrow(expect.objectContaining({ code: 'HEADERS_SENT' }));
    expect(sink.text).toBe('data: one\n\n');
  });

  it('resolves once below the high-water mark', async () => {
    const { sink, stream } = open({ highWaterMark: 10 });
    sink.stuck = true;
    const small = stream.sendEvent(''); // "data: \n\n": 8 bytes
    expect(await stateOf(small)).toBe('resolved');
    const large = stream.sendEvent('');
    expect(await stateOf(large)).toBe('pending');
    sink.take(6);
    expect(await stateOf(large)).toBe('pending');
    sink.take(1);
    expect(await stateOf(large)).toBe('resolved');
  });

  it('waits until everything has gone with a mark of 0', async () => {
    const { sink, stream } = open({ highWaterMark: 0 });
    expect(await stateOf(stream.sendEvent('free'))).toBe('resolved');
    sink.stuck = true;
    const sent = stream.sendEvent('');
    sink.take(7);
    expect(await stateOf(sent)).toBe('pending');
    sink.take();
    expect(await stateOf(sent)).toBe('resolved');
  });

  it('refuses what the encoder refuses, and goes on', async () => {
    const { sink, stream } = open();
    await expect(stream.sendEvent({ id: 'a\nb' })).rejects.toMatchObject({ code: 'INVALID_ID' });
    await expect(stream.sendEvent(null as unknown as string)).rejects.toMatchObject({
      code: 'INVALID_EVENT',
    });
    await stream.sendEvent('fine');
    await endOfTurn();
    expect(sink.text).toBe('data: fine\n\n');
  });

  it.each([{ type: 'eventwire:end', data: '' }, new ServerEvent('', { type: 'eventwire:x' })])(
    'refuses reserved types',
    async (event) => {
      const { sink, stream } = open();
      await expect(stream.sendEvent(event)).rejects.toMatchObject({
        name: 'ServerEventError',
        code: 'RESERVED_TYPE',
        field: 'type',
      });
      expect(sink.text).toBe('');
    },
  );

  it('rejects after close and after end, so that loops end', async () => {
    for (const how of ['close', 'end'] as const) {
      const { stream } = open();
      stream[how]();
      await expect(stream.sendEvent('late')).rejects.toMatchObject({ code: 'STREAM_CLOSED' });
    }
  });

  it('rejects when the peer has gone, also while waiting', async () => {
    const { sink, stream } = open({ highWaterMark: 1 });
    sink.stuck = true;
    const sent = stream.sendEvent('stuck');
    expect(await stateOf(sent)).toBe('pending');
    sink.leave();
    expect(await stateOf(sent)).toBe('rejected CLIENT_GONE');
    await expect(stream.sendEvent('late')).rejects.toMatchObject({ code: 'CLIENT_GONE' });
  });

  it('resolves what was written before the stream was ended here', async () => {
    const { sink, stream } = open({ highWaterMark: 1 });
    sink.stuck = true;
    const sent = stream.sendEvent('last');
    stream.end();
    expect(await stateOf(sent)).toBe('resolved');
    expect(sink.text).toBe('data: last\n\nevent: eventwire:end\ndata: {}\n\n');
  });
});

describe('async data', () => {
  it('holds the stream until its block is whole, and the rest follows in order', async () => {
    const { sink, stream } = open();
    const gate = deferred();
    const slow = stream.sendEvent({
      type: 'answer',
      data: (async function* () {
        yield 'one';
        await gate.promise;
        yield 'two';
      })(),
    });
    const after = stream.sendEvent('after');
    const full = stream[SUBSCRIBER].write(bytes('data: frame\n\n'));
    const second = stream.sendEvent({
      data: (async function* () {
        yield 'x';
        yield 'y';
      })(),
    });
    stream.sendEvent('last');
    stream.end('done');
    await settled();
    expect(sink.text).toBe('event: answer\ndata: one\n');
    expect(full).toBe(false);
    gate.resolve();
    await Promise.all([slow, after, second]);
    await stream.closed;
    expect(sink.text).toBe(
      'event: answer\ndata: one\ndata: two\n\ndata: after\n\ndata: frame\n\ndata: x\ndata: y\n\ndata: last\n\n' +
        'event: eventwire:end\ndata: {"reason":"done"}\n\n',
    );
    expect(sink.over).toBe('ended');
  });

  it('waits for room between pieces', async () => {
    const { sink, stream } = open({ highWaterMark: 1 });
    sink.stuck = true;
    let read = 0;
    stream.sendEvent({
      data: (async function* () {
        for (;;) yield `${read++}`;
      })(),
    });
    await settled();
    expect(read).toBe(1);
    sink.take();
    await settled();
    expect(read).toBe(2);
    stream.close();
  });

  it('only rejects when the source fails before a part was written', async () => {
    const { sink, stream } = open({ retry: 5 });
    const failing = stream.sendEvent({
      id: '1',
      // biome-ignore lint/correctness/useYield: it fails first
      data: (async function* () {
        throw new Error('no data');
      })(),
    });
    const next = stream.sendEvent('next');
    await expect(failing).rejects.toThrow('no data');
    await next;
    await endOfTurn();
    expect(sink.text).toBe('retry: 5\ndata: next\n\n');
    expect(sink.over).toBeUndefined();
  });

  it('goes out in one write for the pieces of one turn, and without those that come later', async () => {
    const { sink, stream } = open();
    const later = deferred();
    const writes = vi.spyOn(sink, 'write');
    const sent = stream.sendEvent({
      data: (async function* () {
        yield* ['a', 'b', 'c'];
        await later.promise;
        yield 'd';
      })(),
    });
    await endOfTurn();
    expect(sink.text).toBe('data: a\ndata: b\ndata: c\n');
    expect(writes).toHaveBeenCalledOnce();
    later.resolve();
    await sent;
    await endOfTurn();
    expect(sink.text).toBe('data: a\ndata: b\ndata: c\ndata: d\n\n');
    expect(writes).toHaveBeenCalledTimes(2);
  });

  it('destroys the connection when the source fails later, behind the events before it', async () => {
    const { sink, stream } = open();
    const before = stream.sendEvent('before');
    const failing = stream.sendEvent({
      data: (async function* () {
        yield 'half';
        throw new Error('broke off');
      })(),
    });
    const next = stream.sendEvent('next');
    await before;
    await expect(failing).rejects.toThrow('broke off');
    await expect(next).rejects.toMatchObject({ code: 'STREAM_CLOSED' });
    expect(sink.over).toBe('destroyed');
    expect(sink.text).toBe('data: before\n\ndata: half\n');
  });

  it('is cut by close and by a peer that leaves, and its source closed at once', async () => {
    for (const how of ['close', 'leave'] as const) {
      const { sink, stream } = open();
      const returned = deferred();
      let asked = 0;
      const source = {
        next: () => (asked++ ? new Promise<never>(() => {}) : Promise.resolve({ value: 'a', done: false })),
        return: async () => {
          returned.resolve();
          return { value: undefined, done: true as const };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
      const sent = stream.sendEvent({ data: source as AsyncIterable<string> });
      const waiting = stream.sendEvent('b');
      stream[SUBSCRIBER].write(bytes('data: c\n\n'));
      await settled();
      if (how === 'close') stream.close();
      else sink.leave();
      await returned.promise;
      const state = how === 'close' ? 'rejected STREAM_CLOSED' : 'rejected CLIENT_GONE';
      expect(await stateOf(sent)).toBe(state);
      expect(await stateOf(waiting)).toBe(state);
      expect(sink.text).toBe('data: a\n');
    }
  });
});

describe('retry', () => {
  it('joins the first event only, in the field order of the encoder', async () => {
    const { sink, stream } = open({ retry: 3000 });
    await stream.sendEvent({ comment: 'data: no\n\u2028data: x', id: '1', type: 't', data: 'a' });
    await stream.sendEvent('b');
    await endOfTurn();
    expect(sink.text).toBe(
      ': data: no\n: \u2028data: x\nevent: t\nretry: 3000\ndata: a\nid: 1\n\ndata: b\n\n',
    );
  });

  it("gives way to an event's own", async () => {
    const { sink, stream } = open({ retry: 3000 });
    await stream.sendEvent({ retry: 7, data: 'a' });
    await stream.sendEvent('b');
    await endOfTurn();
    expect(sink.text).toBe('retry: 7\ndata: a\n\ndata: b\n\n');
  });

  it('waits for the first event that can be written', async () => {
    const { sink, stream } = open({ retry: 1 });
    await stream.sendEvent({ type: 'a\nb' }).catch(() => {});
    await stream.sendEvent({
      id: '9',
      data: (async function* () {
        yield 'x';
      })(),
    });
    await endOfTurn();
    expect(sink.text).toBe('retry: 1\ndata: x\nid: 9\n\n');
  });

  it("is a line of its own before a channel's first frame", async () => {
    const { sink, stream } = open({ retry: 1 });
    stream[SUBSCRIBER].write(bytes('data: a\n\n'));
    stream[SUBSCRIBER].write(bytes('data: b\n\n'));
    await stream.sendEvent('c');
    await endOfTurn();
    expect(sink.text).toBe('retry: 1\ndata: a\n\ndata: b\n\ndata: c\n\n');
  });

  it('leaks into no other stream', async () => {
    const init = { retry: 1, heartbeat: false } as const;
    for (const _ of [1, 2]) {
      const { sink, stream } = open(init);
      await stream.sendEvent('a');
      await endOfTurn();
      expect(sink.text).toBe('retry: 1\ndata: a\n\n');
    }
  });
});

describe('heartbeat', () => {
  it('is announced at once, 15 s by default', async () => {
    vi.useFakeTimers();
    const sink = new FakeSink();
    const stream = new EventStreamWriter(sink);
    expect(sink.text).toBe(': eventwire heartbeat=15000\n');
    expect(vi.getTimerCount()).toBe(1);
    stream.close();
    await stream.closed;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('comes only when idle', async () => {
    vi.useFakeTimers();
    const { sink, stream } = open({ heartbeat: 100 });
    sink.text = '';
    vi.advanceTimersByTime(60);
    stream.sendEvent('a');
    await endOfTurn();
    vi.advanceTimersByTime(99);
    expect(sink.text).toBe('data: a\n\n');
    vi.advanceTimersByTime(1);
    expect(sink.text).toBe('data: a\n\n:\n');
    vi.advanceTimersByTime(250);
    expect(sink.text).toBe('data: a\n\n:\n:\n:\n');
  });

  it('does not come while the peer takes nothing', () => {
    vi.useFakeTimers();
    const { sink, stream } = open({ heartbeat: 100, highWaterMark: 5 });
    sink.stuck = true;
    stream.sendEvent('stuck');
    sink.text = '';
    vi.advanceTimersByTime(1000);
    expect(sink.text).toBe('');
    sink.take();
    vi.advanceTimersByTime(100);
    expect(sink.text).toBe(':\n');
  });

  it('is a comment line, which does not end a block whose data pauses', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { sink, stream } = open({ heartbeat: 100, retry: 5 });
    const gates = [deferred(), deferred()];
    const sent = stream.sendEvent({
      id: '1',
      data: (async function* () {
        await gates[0]?.promise;
        yield 'a';
        await gates[1]?.promise;
        yield 'b';
      })(),
    });
    const waiting = stream.sendEvent('next');
    for (const gate of gates) {
      await settled();
      vi.advanceTimersByTime(250);
      gate.resolve();
    }
    await Promise.all([sent, waiting]);
    vi.advanceTimersByTime(100);
    expect(sink.text).toBe(
      ': eventwire heartbeat=100\n:\n:\nretry: 5\ndata: a\n:\n:\ndata: b\nid: 1\n\ndata: next\n\n:\n',
    );
  });

  it('is no cursor while a block is in progress, since what waits behind it has not been sent', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { sink, stream } = open({ heartbeat: 100 });
    stream[SUBSCRIBER].follow?.({
      idleFrame: () => bytes('event: eventwire:cursor\ndata: {}\nid: 9\n\n'),
      close: () => {},
    });
    stream.sendEvent({
      data: (async function* () {
        yield 'a';
        await new Promise(() => {});
      })(),
    });
    await settled();
    vi.advanceTimersByTime(100);
    expect(sink.text).toBe(': eventwire heartbeat=100\ndata: a\n:\n');
    stream.close();
  });

  it('and the end survive a follower that throws, and report it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { sink, stream, errors } = open({ heartbeat: 100 });
    const failing = (what: string) => () => {
      throw new Error(what);
    };
    stream[SUBSCRIBER].follow?.({ idleFrame: failing('no frame'), close: failing('no close') });
    vi.advanceTimersByTime(100);
    expect(sink.text).toBe(': eventwire heartbeat=100\n:\n');
    sink.leave();
    await stream.closed;
    expect(errors).toMatchObject([{ message: 'no frame' }, { message: 'no close' }]);
  });

  it('leaves no timer after any way out', async () => {
    vi.useFakeTimers();
    for (const out of ['end', 'close', 'leave'] as const) {
      const { sink, stream } = open({ heartbeat: 100 });
      if (out === 'leave') sink.leave();
      else stream[out]();
      await stream.closed;
      expect(vi.getTimerCount()).toBe(0);
    }
  });
});

describe('A handler', () => {
  it('sees the methods that it needs, and the channel’s only by a symbol that both module copies share', () => {
    const members = Object.getOwnPropertyNames(EventStreamWriter.prototype).sort();
    expect(members.filter((name) => name !== 'constructor')).toEqual([
      'close',
      'closed',
      'context',
      'end',
      'hold',
      'lastEventId',
      'noContent',
      'open',
      'refuse',
      'respond',
      'sendEvent',
      'sendEvents',
      'signal',
    ]);
    expect(SUBSCRIBER).toBe(Symbol.for('eventwire.subscriber'));
  });
});

describe('write and drained', () => {
  it('says false when full, takes the frame nevertheless, and drained settles with room', async () => {
    const { sink, stream } = open({ highWaterMark: 8 });
    sink.stuck = true;
    expect(stream[SUBSCRIBER].write(bytes('data:\n\n'))).toBe(true);
    expect(stream[SUBSCRIBER].write(bytes('data:\n\n'))).toBe(false);
    expect(sink.text).toBe('data:\n\ndata:\n\n');
    const drained = stream[SUBSCRIBER].drained();
    expect(await stateOf(drained)).toBe('pending');
    sink.take();
    expect(await stateOf(drained)).toBe('resolved');
    expect(await stateOf(stream[SUBSCRIBER].drained())).toBe('resolved');
  });

  it('drained settles on close', async () => {
    const { sink, stream } = open({ highWaterMark: 1 });
    sink.stuck = true;
    stream[SUBSCRIBER].write(bytes('data:\n\n'));
    const drained = stream[SUBSCRIBER].drained();
    sink.leave();
    expect(await stateOf(drained)).toBe('resolved');
    expect(stream[SUBSCRIBER].write(bytes('data:\n\n'))).toBe(false);
  });

  it('drained waits for a block in progress', async () => {
    const { stream } = open();
    const gate = deferred<string>();
    stream.sendEvent({
      data: (async function* () {
        yield await gate.promise;
      })(),
    });
    stream[SUBSCRIBER].write(bytes('data: a\n\n'));
    const drained = stream[SUBSCRIBER].drained();
    expect(await stateOf(drained)).toBe('pending');
    gate.resolve('x');
    expect(await stateOf(drained)).toBe('resolved');
  });
});

describe('end and close', () => {
  it('end says so, with its reason; close says nothing', () => {
    const { sink, stream } = open();
    stream.end('that is "all"');
    expect(sink.text).toBe('event: eventwire:end\ndata: {"reason":"that is \\"all\\""}\n\n');
    const other = open();
    other.stream.close();
    expect(other.sink.text).toBe('');
    expect(other.sink.over).toBe('ended');
  });

  it.each([
    ['a bigint', 1n],
    [
      'an object that refers to itself',
      Object.assign(
        {},
        {
          get self() {
            return this;
          },
        },
      ),
    ],
    ['a function', () => {}],
    ['a symbol', Symbol('done')],
  ])('refuse %s as the reason, and the stream goes on', async (_name, reason) => {
    const { sink, stream } = open();
    expect(() => stream.end(reason as unknown as string)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option: 'reason' }),
    );
    expect(stream[SUBSCRIBER].over).toBe(false);
    await stream.sendEvent('next');
    stream.end('done');
    expect(sink.text).toBe('data: next\n\nevent: eventwire:end\ndata: {"reason":"done"}\n\n');
    await stream.closed;
  });

  it('are idempotent in any order', async () => {
    for (const calls of [
      ['end', 'end', 'close'],
      ['close', 'end', 'close', 'end'],
    ] as const) {
      const { sink, stream } = open();
      for (const call of calls) stream[call]();
      await stream.closed;
      for (const call of calls) stream[call]();
      expect(sink.text.split('eventwire:end').length).toBe(calls[0] === 'end' ? 2 : 1);
      expect(sink.over).toBe('ended');
    }
  });

  it('can be called from inside anything', async () => {
    const { sink, stream, errors } = open();
    stream.signal.addEventListener('abort', () => {
      stream.end();
      stream.close();
      stream.sendEvent('from the abort listener');
    });
    await stream.sendEvents(
      (async function* () {
        yield {
          data: (async function* () {
            yield 'a';
            stream.end();
            yield 'b';
          })(),
        };
        yield 'never sent';
      })(),
    );
    expect(sink.text).toBe('data: a\ndata: b\n\nevent: eventwire:end\ndata: {}\n\n');
    expect(errors).toEqual([]);
  });

  it('end lets a block in progress become whole, whatever else comes', async () => {
    const { sink, stream, errors } = open({ onFinish: 'close' });
    const gate = deferred<string>();
    stream.sendEvent({
      data: (async function* () {
        yield 'a';
        yield await gate.promise;
      })(),
    });
    await settled();
    stream.end();
    expect(stream.signal.aborted).toBe(false);
    await stream.sendEvents(['late']);
    await stream.sendEvents([]);
    await expect(stream.sendEvent('late')).rejects.toMatchObject({ code: 'STREAM_CLOSED' });
    expect(stream[SUBSCRIBER].write(bytes('data: late\n\n'))).toBe(false);
    gate.resolve('b');
    await stream.closed;
    expect(sink.text).toBe('data: a\ndata: b\n\nevent: eventwire:end\ndata: {}\n\n');
    expect(errors).toEqual([]);
  });

  it('abort a signal that is asked for later', () => {
    const { stream, sink } = open();
    expect(stream[SUBSCRIBER].over).toBe(false);
    sink.leave();
    expect(stream[SUBSCRIBER].over).toBe(true);
    expect(stream.signal.reason).toMatchObject({ code: 'CLIENT_GONE' });
    expect(stream.signal).toBe(stream.signal);
  });

  it('abort the signal with the reason', () => {
    const { stream } = open();
    stream.close();
    expect(stream.signal.reason).toMatchObject({ name: 'EventStreamClosedError', code: 'STREAM_CLOSED' });
    const other = open();
    other.sink.leave();
    expect(other.stream.signal.reason).toMatchObject({ code: 'CLIENT_GONE' });
  });

  it('cut a peer that takes nothing of the last bytes', async () => {
    vi.useFakeTimers();
    const sink = new FakeSink();
    sink.stuck = true;
    sink.finishes = false;
    const { stream } = open({ writeTimeout: 10_000 }, sink);
    stream.sendEvent('abcdef');
    stream.close();
    vi.advanceTimersByTime(9_000);
    sink.take(3);
    vi.advanceTimersByTime(10_500);
    expect(sink.over).toBe('ended');
    vi.advanceTimersByTime(10_000);
    expect(sink.over).toBe('destroyed');
    await stream.closed;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('starts over where the peer has left before', async () => {
    const sink = new FakeSink();
    sink.leave();
    const { stream } = open({ heartbeat: 1000, retry: 5 }, sink);
    expect(stream.signal.aborted).toBe(true);
    await stream.closed;
    await expect(stream.sendEvent('x')).rejects.toMatchObject({ code: 'CLIENT_GONE' });
    const callback = vi.fn();
    await stream.sendEvents(callback);
    expect(callback).not.toHaveBeenCalled();
  });
});

describe('sendEvents', () => {
  it.each([
    ['an array', () => ['a', { type: 't', data: 'b' }]],
    [
      'a generator',
      function* () {
        yield 'a';
        yield { type: 't', data: 'b' };
      },
    ],
    [
      'an async generator',
      async function* () {
        yield 'a';
        yield { type: 't', data: 'b' };
      },
    ],
    ['a promise of a source', async () => ['a', { type: 't', data: 'b' }]],
  ])('sends %s and ends', async (_name, source) => {
    const { sink, stream } = open();
    await stream.sendEvents(source);
    expect(sink.text).toBe('data: a\n\nevent: t\ndata: b\n\nevent: eventwire:end\ndata: {}\n\n');
  });

  it('ends after a callback that sends by itself; only closes with onFinish: close', async () => {
    const { sink, stream } = open({ onFinish: 'close' });
    await stream.sendEvents(async (self) => {
      await self.sendEvent('a');
    });
    expect(sink.text).toBe('data: a\n\n');
    expect(sink.over).toBe('ended');
    const other = open();
    await other.stream.sendEvents(async () => {});
    expect(other.sink.text).toBe('event: eventwire:end\ndata: {}\n\n');
  });

  it('stays open for a subscription until it closes', async () => {
    const { sink, stream } = open();
    const closed = deferred();
    const sent = stream.sendEvents({ cursor: '', closed: closed.promise, close: () => {} });
    expect(await stateOf(sent)).toBe('pending');
    closed.resolve();
    await sent;
    expect(sink.over).toBe('ended');
  });

  it.each([
    ['a string', 'hello'],
    ['an event', new ServerEvent('hello')],
    ['fields', { data: 'hello' }],
    ['a number', 7],
  ])('refuses %s as a source', async (_name, source) => {
    const { sink, stream, errors } = open();
    await stream.sendEvents((() => source) as unknown as () => string[]);
    expect(errors).toMatchObject([{ name: 'EventStreamUsageError', code: 'INVALID_SOURCE' }]);
    expect(sink).toMatchObject({ text: '', over: 'ended' });
  });

  it('reports what a callback or a source throws, closes, and tells the client nothing', async () => {
    const secret = new Error('secret');
    for (const source of [
      () => {
        throw secret;
      },
      async () => {
        throw secret;
      },
      async function* () {
        yield 'a';
        throw secret;
      },
      function* () {
        yield 'a';
        throw secret;
      },
    ]) {
      const { sink, stream, errors } = open();
      await stream.sendEvents(source as unknown as () => string[]);
      expect(errors).toEqual([secret]);
      expect(sink.over).toBe('ended');
      expect(sink.text).not.toContain('secret');
      expect(sink.text).not.toContain('eventwire:end');
    }
  });

  it('reports an event that is refused, and closes the source', async () => {
    const { stream, errors } = open();
    let cleaned = 0;
    await stream.sendEvents(function* () {
      try {
        yield { id: '\0' };
      } finally {
        cleaned++;
      }
    });
    expect(errors).toMatchObject([{ code: 'INVALID_ID' }]);
    expect(cleaned).toBe(1);
  });

  it('reports by console.error where nothing else is said', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    const secret = new Error('secret');
    const sink = new FakeSink();
    await new EventStreamWriter(sink).sendEvents(() => {
      throw secret;
    });
    expect(log).toHaveBeenCalledExactlyOnceWith(secret);
    expect(sink.text).not.toContain('secret');
  });

  it('leaves turns of the event loop to others, however ready its source and its client are', async () => {
    const { stream } = open();
    let turns = 0;
    let counting = true;
    const count = () => {
      turns++;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    await stream.sendEvents(function* () {
      for (let n = 0; n < 100; n++) yield 'x'.repeat(10_000);
    });
    await stream.closed;
    counting = false;
    // A million bytes, 65,536 a turn.
    expect(turns).toBeGreaterThanOrEqual(14);
  });

  it('survives an onError that throws', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { stream, sink } = open({
      onError: () => {
        throw new Error('in onError');
      },
    });
    await stream.sendEvents(() => {
      throw new Error('x');
    });
    expect(sink.over).toBe('ended');
    expect(log).toHaveBeenCalledOnce();
    log.mockRestore();
  });

  it('survives an async onError that rejects', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { stream } = open({ onError: () => Promise.reject(new Error('in onError')) });
    await stream.sendEvents(() => {
      throw new Error('x');
    });
    await settled();
    expect(log).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'in onError' }));
    log.mockRestore();
  });

  it("calls the source's return at once when the peer leaves, also while it awaits", async () => {
    const { sink, stream, errors } = open();
    let returned = 0;
    const sent = stream.sendEvents({
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: () => {
          returned++;
          return Promise.reject(new Error('while closing'));
        },
      }),
    });
    await settled();
    sink.leave();
    expect(returned).toBe(1);
    await sent;
    await settled();
    expect(errors).toMatchObject([{ message: 'while closing' }]);
  });

  it("runs a generator's finally, and takes its AbortError for what it is", async () => {
    const { sink, stream, errors } = open();
    let cleaned = 0;
    const sent = stream.sendEvents(async function* (self) {
      try {
        yield 'a';
        await new Promise((_, reject) => {
          self.signal.addEventListener('abort', () => reject(new DOMException('gone', 'AbortError')));
        });
        yield 'b';
      } finally {
        cleaned++;
      }
    });
    await settled();
    sink.leave();
    await sent;
    await settled();
    expect(cleaned).toBe(1);
    expect(errors).toEqual([]);
  });

  it('is not troubled by a callback that learns from sendEvent that the peer has left', async () => {
    const { sink, stream, errors } = open({ highWaterMark: 1 });
    sink.stuck = true;
    const sent = stream.sendEvents(async (self) => {
      for (;;) await self.sendEvent('again');
    });
    await settled();
    expect(sink.writes).toHaveLength(1);
    sink.leave();
    await sent;
    expect(errors).toEqual([]);
  });

  it('reports a source that throws while it is closed', async () => {
    const { sink, stream, errors } = open({ highWaterMark: 1 });
    sink.stuck = true;
    stream.sendEvents(function* () {
      try {
        yield 'a';
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: that is the case
        throw new Error('cleaning up');
      }
    });
    await settled();
    sink.leave();
    await settled();
    expect(errors).toMatchObject([{ message: 'cleaning up' }]);
  });

  it('calls next once at a time and not after return', async () => {
    const { sink, stream } = open({ highWaterMark: 1 });
    sink.stuck = true;
    const calls: string[] = [];
    stream.sendEvents({
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          calls.push('next');
          return { value: 'x', done: false as const };
        },
        return: async () => {
          calls.push('return');
          return { value: undefined, done: true as const };
        },
      }),
    });
    await settled();
    stream.close();
    await settled();
    expect(calls).toEqual(['next', 'return']);
  });
});

describe('options', () => {
  it.each([
    ['status', { status: 99 }],
    ['status', { status: 204 }],
    ['retry', { retry: -1 }],
    ['retry', { retry: 1.5 }],
    ['heartbeat', { heartbeat: 0 }],
    ['heartbeat', { heartbeat: 2 ** 31 }],
    ['heartbeat', { heartbeat: true }],
    ['highWaterMark', { highWaterMark: '1' }],
    ['onFinish', { onFinish: 'stop' }],
    ['onError', { onError: 'log' }],
    ['headers', { headers: { 'a b': 'c' } }],
    ['headers', { headers: { a: 'b\nc' } }],
    ['options', null],
  ])('refuses a bad %s by name', (option, init) => {
    expect(() => new EventStreamWriter(new FakeSink(), init as EventStreamInit)).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        code: 'INVALID_OPTION',
        option,
        message: expect.stringContaining(option),
      }),
    );
  });

  it('never shows the value of a header that it refuses', () => {
    for (const value of [{ key: 'topsecret' }, 'topsecret\n']) {
      const refuse = () => resolveEventStreamInit({ headers: { authorization: value } as never });
      expect(refuse).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option: 'headers' }));
      expect(refuse).not.toThrow(/topsecret|object/);
    }
  });

  it.each([
    [
      'pairs',
      [
        ['X-Own', 'a'],
        ['x-own', 'b'],
      ],
    ],
    ['Headers', new Headers([['x-own', 'a, b']])],
    ['lists', { 'X-Own': ['a', 'b'] }],
  ])('takes headers as %s, beside the defaults', (_name, headers) => {
    const init = resolveEventStreamInit({ headers: headers as HeaderFields });
    expect(Object.fromEntries(init.headers)).toEqual({
      'x-own': 'a, b',
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(resolveEventStreamInit(init)).toBe(init);
  });

  it('takes undefined as absent', () => {
    const sink = new FakeSink();
    const stream = new EventStreamWriter(
      sink,
      {
        status: undefined,
        headers: undefined,
        retry: undefined,
        heartbeat: undefined,
        highWaterMark: undefined,
        onFinish: undefined,
        onError: undefined,
      },
      { lastEventId: undefined },
    );
    expect(stream.lastEventId).toBe('');
    stream.close();
  });
});

describe('An event of another copy of the encoder', () => {
  it('is refused as a source of events, and is not sent as its wire text', async () => {
    vi.resetModules();
    const other = await import('@eventwire/encoder');
    const { sink, stream, errors } = open();
    await stream.sendEvents(new other.ServerEvent('a') as never);
    expect(other.ServerEvent).not.toBe(ServerEvent);
    expect(sink.text).toBe('');
    expect(errors).toMatchObject([{ code: 'INVALID_SOURCE' }]);
  });
});
