import { describe, expect, it } from 'vitest';
import { type ConnectOptions, connect, type EventStream, type TraceRecord } from '../src/index';
import { type Call, scriptedFetch, settle, VirtualClock } from './helpers/script';

const url = 'http://localhost/';
const announced = ': eventwire\n\n';

describe('the record of the end', () => {
  it.each<[string, (call: Call) => unknown]>([
    ['closed: failed, http://localhost/ responded with 404', (call) => call.refuse(404)],
    ['closed: ended, done', (call) => call.open().send(`${announced}${end('{"reason":"done"}')}`)],
    ['closed ended', (call) => call.open().send(`${announced}${end('{}')}`)],
  ])('says why in words: %s', async (expected, answer) => {
    const { fetch, call } = scriptedFetch();
    const records: TraceRecord[] = [];
    const onTrace = (record: TraceRecord) => records.push(record);
    const stream = connect(url, { fetch, onEvent: () => {}, onTrace });
    answer(call(0));
    await stream.closed;
    expect(records.at(-1)).toMatchObject({ type: 'closed', message: expected });
  });
});

function end(data: string): string {
  return `event: eventwire:end\ndata: ${data}\n\n`;
}

describe('close() inside onTrace', () => {
  /** A stream that closes at the first record of this type. */
  const closingAt = (at: TraceRecord['type'], options: ConnectOptions<never>) => {
    const { fetch, call } = scriptedFetch();
    const told: string[] = [];
    const stream: EventStream = connect(url, {
      fetch,
      clock: new VirtualClock(),
      onEvent: () => told.push('event'),
      onOpen: () => told.push('open'),
      onReconnect: () => told.push('reconnect'),
      onClose: () => told.push('close'),
      onTrace: ({ type }) => type === at && stream.close(),
      ...(options as ConnectOptions),
    });
    return { call: call(0), stream, told };
  };

  it.each<[TraceRecord['type'], string, (call: Call) => unknown]>([
    ['open', 'onOpen', (call) => call.open().send('data: x\n\n')],
    ['waiting', 'onReconnect', (call) => call.fail('offline')],
  ])('at `%s` comes before %s, which is not called any more', async (at, _, answer) => {
    const { call, stream, told } = closingAt(at, {});
    answer(call);
    await settle();
    expect([stream.state, told]).toEqual(['closed', ['close']]);
  });

  it('at `event-skipped` leaves the last event ID at what was received before', async () => {
    const { call, stream, told } = closingAt('event-skipped', { schema: {}, lastEventId: '0' });
    call.open().send('id: 1\ndata: x\n\n');
    await settle();
    expect([stream.state, stream.lastEventId, told]).toEqual(['closed', '0', ['open', 'close']]);
  });
});
