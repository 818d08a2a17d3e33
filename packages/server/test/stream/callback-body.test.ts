import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createChannel, type EventStreamInit, EventStreamWriter } from '../../src/index';
import { FakeSink } from '../helpers/fake-sink';
import { settled } from '../helpers/helpers';

const END = 'event: eventwire:end\ndata: {}\n\n';

function open(init: EventStreamInit = {}) {
  const sink = new FakeSink();
  const errors: unknown[] = [];
  const stream = new EventStreamWriter(sink, {
    heartbeat: false,
    onError: (error) => errors.push(error),
    ...init,
  });
  return { sink, stream, errors };
}

describe('A callback that gives nothing', () => {
  it('leaves the stream open if it is not async, for a listener that sends events later', async () => {
    const { sink, stream, errors } = open();
    const source = new EventEmitter();
    stream.sendEvents((self) => {
      source.on('news', (text: string) => self.sendEvent(text));
    });
    await settled();
    source.emit('news', 'one');
    await settled();
    source.emit('news', 'two');
    await settled();
    expect(sink.text).toBe('data: one\n\ndata: two\n\n');
    expect(sink.over).toBeUndefined();
    expect(errors).toEqual([]);
    stream.end();
    await stream.closed;
    expect(sink.text).toBe(`data: one\n\ndata: two\n\n${END}`);
  });

  it.each([
    ['async or not', () => {}],
    ['async', async () => {}],
  ])('has the subscription as its body, %s', async (_name, after) => {
    const { sink, stream } = open();
    const channel = createChannel();
    let close = () => {};
    const sent = stream.sendEvents((self) => {
      const subscription = channel.subscribe(self);
      close = () => subscription.close();
      return after();
    });
    await settled();
    await channel.publish('still here');
    await settled();
    expect(sink.text).toContain('data: still here\n');
    expect(sink.over).toBeUndefined();
    close();
    await sent;
    expect(sink.text.endsWith(END)).toBe(true);
  });

  it('is closed with its channel, so that its client comes back', async () => {
    const { sink, stream } = open();
    const channel = createChannel();
    stream.sendEvents((self) => {
      channel.subscribe(self);
    });
    await settled();
    await channel.close();
    expect(sink.over).toBe('ended');
    expect(sink.text).not.toContain('eventwire:end');
  });

  it('ends the stream if it is async, and an event that comes later is told of once, with the way out', async () => {
    const { sink, stream, errors } = open();
    await stream.sendEvents(async (self) => {
      await self.sendEvent('one');
    });
    expect(sink.text).toBe(`data: one\n\n${END}`);
    expect(errors).toEqual([]);
    for (const late of ['two', 'three']) {
      await expect(stream.sendEvent(late)).rejects.toMatchObject({ code: 'STREAM_CLOSED' });
    }
    expect(errors).toEqual([
      expect.objectContaining({
        code: 'STREAM_CLOSED',
        message: expect.stringContaining('`await stream.closed`'),
      }),
    ]);
  });

  it('stays open while it awaits the end of the stream', async () => {
    const { sink, stream, errors } = open();
    const sent = stream.sendEvents(async (self) => {
      setImmediate(() => self.sendEvent('later'));
      await self.closed;
    });
    await settled();
    await settled();
    expect(sink.text).toBe('data: later\n\n');
    sink.leave();
    await sent;
    await expect(stream.sendEvent('too late')).rejects.toMatchObject({ code: 'CLIENT_GONE' });
    expect(errors).toEqual([]);
  });
});

it('A callback that gives what is no body is told what may be given', async () => {
  const { stream, errors } = open();
  await stream.sendEvents(() => new EventEmitter() as never);
  expect(errors).toEqual([
    expect.objectContaining({ code: 'INVALID_SOURCE', message: expect.stringContaining('give nothing') }),
  ]);
});

describe('A callback that throws', () => {
  function thrown(init: EventStreamInit = {}) {
    const opened = open(init);
    opened.sink.begun = false;
    const sent = opened.stream.sendEvents(async () => {
      throw new Error('secret');
    });
    return { ...opened, sent };
  }

  it('before anything was sent is answered with 500', async () => {
    const { sink, sent, errors } = thrown();
    await sent;
    expect([sink.text, sink.body]).toEqual(['500', 'Internal Server Error\n']);
    expect(errors).toMatchObject([{ message: 'secret' }]);
  });

  it('is answered with what onError returns', async () => {
    const { sink, sent } = thrown({ onError: () => ({ status: 404, body: 'No such job\n' }) });
    await sent;
    expect([sink.text, sink.body]).toEqual(['404', 'No such job\n']);
  });

  it.each(['unhappy', 99])('is answered with 500 where onError returns a status of %s', async (status) => {
    const { sink, sent } = thrown({ onError: () => ({ status }) as never });
    await sent;
    expect(sink.text).toBe('500');
  });

  it('is closed after an event, so that the client comes back', async () => {
    const { sink, stream } = open();
    await stream.sendEvents(async (self) => {
      await self.sendEvent('one');
      throw new Error('secret');
    });
    expect(sink.text).toBe('data: one\n\n');
    expect(sink.over).toBe('ended');
  });
});
