import { expect, it } from 'vitest';
import { type ChannelMetric, createChannel, createMemoryLog } from '../../src/index';
import { FakeSubscriber } from '../helpers/fake-subscriber';
import { settled } from '../helpers/helpers';

function setUp() {
  const told: [ChannelMetric, number][] = [];
  const errors: unknown[] = [];
  const channel = createChannel({
    log: createMemoryLog({ maxEvents: 1000 }),
    onMetric: (metric, change) => told.push([metric, change]),
    onError: (error) => errors.push(error),
  });
  const of = (metric: ChannelMetric) => told.filter(([name]) => name === metric).map(([, change]) => change);
  return { channel, told, of, errors };
}

it('tells what changes within a turn once, as its sum', async () => {
  const { channel, told } = setUp();
  for (let n = 0; n < 50; n++) channel.subscribe(new FakeSubscriber());
  new FakeSubscriber().close();
  await settled();
  expect(told).toEqual([['subscribers', 50]]);
  for (let n = 0; n < 10; n++) channel.publish('event');
  await settled();
  expect(told.slice(1)).toEqual([
    ['published', 10],
    ['deliveries', 500],
  ]);
  const passing = new FakeSubscriber();
  channel.subscribe(passing);
  passing.close();
  await settled();
  expect(told).toHaveLength(3);
  expect(channel.stats()).toMatchObject({ subscribers: 50, published: 10, deliveries: 500 });
});

it('tells each replay by itself, with its size, also of who leaves during it', async () => {
  const { channel, of } = setUp();
  const first = await channel.publish('first');
  for (let n = 0; n < 600; n++) await channel.publish('event');
  const quick = new FakeSubscriber(first);
  const leaving = new FakeSubscriber(first);
  leaving.stuck = true;
  channel.subscribe(quick);
  channel.subscribe(leaving);
  channel.subscribe(new FakeSubscriber('elsewhere.1'));
  await settled();
  leaving.close();
  await settled();
  expect(of('replayed')).toEqual([600, 601, 256]);
  expect(channel.stats()).toMatchObject({ replayed: 600 + 601 + 256, gaps: 1, deliveries: 600 + 601 + 256 });
});

it('is not stopped by a listener that throws', async () => {
  const errors: unknown[] = [];
  const channel = createChannel({
    onMetric: () => {
      throw new Error('no meter');
    },
    onError: (error) => errors.push(error),
  });
  const subscriber = new FakeSubscriber();
  channel.subscribe(subscriber);
  await channel.publish('event');
  await settled();
  expect(subscriber.blocks.map(({ data }) => data)).toContain('event');
  expect(errors[0]).toMatchObject({ message: 'no meter' });
});
