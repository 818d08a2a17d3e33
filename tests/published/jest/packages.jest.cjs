// Run by Jest, from import-time.test.ts.
/* global describe, it, expect */

describe('the packages in jsdom', () => {
  it('meet a runtime without TextEncoder, fetch and streams', () => {
    const present = ['TextEncoder', 'TextDecoder', 'TransformStream', 'ReadableStream', 'fetch'];
    expect(present.filter((name) => name in globalThis)).toEqual([]);
  });

  it('give what they export', () => {
    const { connect } = require('@eventwire/client');
    const { EventSource } = require('@eventwire/client/eventsource');
    const { streamEvents } = require('@eventwire/server-web');
    const { createRedisLog } = require('@eventwire/redis');
    const { createChannel } = require('@eventwire/server');
    const { describeEventLog } = require('@eventwire/testing/event-log');
    for (const given of [
      connect,
      EventSource,
      streamEvents,
      createRedisLog,
      createChannel,
      describeEventLog,
    ]) {
      expect(typeof given).toBe('function');
    }
    expect(EventSource.prototype).toBeInstanceOf(EventTarget);
  });

  it('write and read an event', () => {
    const { encode } = require('@eventwire/encoder');
    const { createParser } = require('@eventwire/parser');
    const read = [];
    createParser({ onEvent: ({ data, id }) => read.push([data, id]) }).feed(
      encode({ data: 'a\nb', id: '1' }),
    );
    expect(read).toEqual([['a\nb', '1']]);
  });
});
