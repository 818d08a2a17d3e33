import { describe, expect, it, vi } from 'vitest';
import { EventStreamWriter } from '../../src/index';
import { FakeSink } from '../helpers/fake-sink';
import { endOfTurn } from '../helpers/helpers';

function open(init = {}) {
  const sink = new FakeSink();
  sink.begun = false;
  return { sink, stream: new EventStreamWriter(sink, { heartbeat: false, ...init }) };
}

const headersSent = expect.objectContaining({ name: 'EventStreamUsageError', code: 'HEADERS_SENT' });

describe('hold', () => {
  it('keeps the head back until open', () => {
    const { sink, stream } = open();
    stream.hold();
    expect([sink.held, sink.begun]).toEqual([true, false]);
    stream.open();
    expect([sink.held, sink.begun]).toEqual([false, true]);
    stream.open();
  });

  it('keeps heartbeats back too', () => {
    vi.useFakeTimers();
    const { sink, stream } = open({ heartbeat: 100 });
    sink.text = '';
    stream.hold();
    vi.advanceTimersByTime(1000);
    expect([sink.text, sink.begun]).toEqual(['', false]);
    stream.open();
    vi.advanceTimersByTime(100);
    expect(sink.text).toBe(':\n');
    vi.useRealTimers();
  });

  it.each(['sendEvent', 'end', 'close'] as const)('is over with %s', async (method) => {
    const { sink, stream } = open();
    stream.hold();
    stream[method]('x');
    await endOfTurn();
    expect(sink.begun).toBe(true);
  });

  it('is refused once the head has gone out, and does nothing once the stream is over', () => {
    const { stream } = open();
    stream.sendEvent('x');
    expect(() => stream.hold()).toThrow(headersSent);
    stream.close();
    stream.hold();
  });
});

describe('respond', () => {
  it.each([204, 401, 404, 410])('gives the client %i instead of the stream', async (status) => {
    const { sink, stream } = open();
    stream.hold();
    stream.respond({ status });
    expect(sink.text).toBe(`${status}`);
    expect(stream.signal.aborted).toBe(true);
    await stream.closed;
    stream.respond({ status });
  });

  it('is refused once the head has gone out', () => {
    const { stream } = open();
    stream.sendEvent('x');
    expect(() => stream.respond({ status: 404 })).toThrow(headersSent);
  });

  it.each([
    ['status', {}],
    ['status', { status: 100 }],
    ['status', { status: '404' }],
    ['body', { status: 204, body: 'x' }],
    ['body', { status: 404, body: {} }],
    ['headers', { status: 404, headers: { 'a b': 'c' } }],
    ['response', undefined],
    ['statusText', { status: 404, statusText: 'x' }],
  ])('refuses a bad %s, and the stream stays as it was', async (option, response) => {
    const { sink, stream } = open();
    expect(() => stream.respond(response as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
    stream.sendEvent('x');
    await endOfTurn();
    expect(sink.text).toBe('data: x\n\n');
  });
});
