import { expect, it } from 'vitest';
import { connect } from '../../src/index';
import { scriptedFetch, settle } from '../helpers/script';

it('with ack, the last id after the server’s end is that of the last event taken', async () => {
  const { fetch, call } = scriptedFetch();
  const stream = connect('http://localhost/', { fetch, ack: true });
  const seen: string[] = [];
  const loop = (async () => {
    for await (const { data } of stream) {
      expect(stream.lastEventId).toBe(data === '1' ? '' : '1'); // not yet dealt with
      seen.push(data);
      if (data === '2') await stream.closed; // the end comes while the last event is being dealt with
    }
  })();
  call(0)
    .open()
    .send(': eventwire\n\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n\nevent: eventwire:end\ndata: {}\n\n');
  await loop;
  await settle();
  expect([seen, stream.lastEventId, await stream.closed]).toEqual([
    ['1', '2'],
    '2',
    { reason: 'ended', detail: undefined },
  ]);
});
