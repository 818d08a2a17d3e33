import { expect, it } from 'vitest';
import { createChannel } from '../../../src/index';
import { FakeSubscriber } from '../../helpers/fake-subscriber';
import { settled } from '../../helpers/helpers';

it.each([
  ['64 KiB at once', [32_768, 32_768, 100], [65_536, 100]],
  ['a byte more in two', [32_768, 32_769], [32_768, 32_769]],
  ['a larger event alone', [70_000, 100, 100], [70_000, 200]],
])('A client that comes back is written %s', async (_, events, written) => {
  const channel = createChannel();
  const first = await channel.publish('first');
  const block = `data: \nid: ${first}\n\n`;
  for (const bytes of events) await channel.publish('x'.repeat(bytes - block.length));
  const back = new FakeSubscriber(first);
  channel.subscribe(back);
  await settled();
  expect(back.frames.map((frame) => frame.length)).toEqual(written);
});
