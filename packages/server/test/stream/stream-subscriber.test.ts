import { expect, it } from 'vitest';
import { createChannel, EventStreamWriter } from '../../src/index';
import { FakeSink } from '../helpers/fake-sink';

it('A stream that cannot be sent is closed, leaves its channel, and tells onError why', async () => {
  const errors: unknown[] = [];
  const sink = new FakeSink();
  const stream = new EventStreamWriter(sink, {
    heartbeat: false,
    onError: (error) => void errors.push(error),
  });
  const channel = createChannel();
  channel.subscribe(stream);
  expect(channel.size).toBe(1);
  const failure = new Error('something else has begun the response');
  sink.fail(failure);
  expect(errors).toEqual([failure]);
  expect(channel.size).toBe(0);
  expect(stream.signal.reason).toMatchObject({ code: 'STREAM_CLOSED' });
  await stream.closed;
  await expect(stream.sendEvent('late')).rejects.toMatchObject({ code: 'STREAM_CLOSED' });
  expect(errors).toEqual([failure]);
});
