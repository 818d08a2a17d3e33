import { describe, expect, it, vi } from 'vitest';
import { createChannel, createMemoryLog, type EventLog } from '../../src/index';
import { FakeSubscriber } from '../helpers/fake-subscriber';
import { settled } from '../helpers/helpers';
import { remote } from '../helpers/remote-log';

const logs: [string, () => EventLog][] = [
  ['a memory log', () => createMemoryLog({ maxEvents: 5 })],
  ['a log behind a network', () => remote(createMemoryLog({ maxEvents: 5 }), () => 1, true)],
];

describe.each(logs)('an id that a publisher chose, on %s', (_, createLog) => {
  const setUp = () => {
    const channel = createChannel({ log: createLog() });
    const join = async (lastEventId: string) => {
      const subscriber = new FakeSubscriber(lastEventId);
      channel.subscribe(subscriber);
      for (let n = 0; n < 20; n++) await settled();
      return subscriber;
    };
    return { channel, join };
  };
  const seen = ({ blocks }: FakeSubscriber) => blocks.map(({ type, id, data }) => [type, id, data]);

  it('is what publish gives and clients see, and a client that comes back with it goes on behind it', async () => {
    const { channel, join } = setUp();
    const live = await join('');
    expect(await channel.publish('1', { wireId: 'one' })).toBe('one');
    const second = await channel.publish('2');
    await channel.publish('3', { wireId: 'three' });
    for (let n = 0; n < 20; n++) await settled();
    const all = [
      ['message', 'one', '1'],
      ['message', second, '2'],
      ['message', 'three', '3'],
    ];
    expect(seen(live).slice(1)).toEqual(all);
    expect(seen(await join('one'))).toEqual(all.slice(1));
    expect(seen(await join(second))).toEqual(all.slice(2));
    expect(seen(await join('three'))).toEqual([]);
  });

  it('brings everything behind the first event that has it', async () => {
    const { channel, join } = setUp();
    for (const data of ['1', '2', '3']) await channel.publish(data, { wireId: 'same' });
    expect(seen(await join('same')).map(([, , data]) => data)).toEqual(['2', '3']);
  });

  it('is a gap once its event is gone', async () => {
    const { channel, join } = setUp();
    await channel.publish('1', { wireId: 'one' });
    for (const data of ['2', '3', '4', '5', '6', '7']) await channel.publish(data);
    const [gap, ...rest] = seen(await join('one'));
    expect(gap?.[0]).toBe('eventwire:gap');
    expect(JSON.parse(String(gap?.[2]))).toMatchObject({ after: 'one' });
    expect(rest.map(([, , data]) => data)).toEqual(['3', '4', '5', '6', '7']);
  });

  it('costs its client one page of the log, as an id of the log does', async () => {
    const log = createLog();
    const read = vi.spyOn(log, 'read');
    const channel = createChannel({ log });
    await channel.publish('1', { wireId: 'one' });
    await channel.publish('2');
    const subscriber = new FakeSubscriber('one');
    channel.subscribe(subscriber);
    await expect.poll(() => seen(subscriber).map(([, , data]) => data)).toEqual(['2']);
    expect(read).toHaveBeenCalledOnce();
    expect(read).not.toHaveBeenCalledWith('one', expect.anything());
  });

  it.each([[''], [' a'], ['a '], ['a\nb'], ['a\u0085b'], [7]])('is not %j', async (wireId) => {
    const { channel } = setUp();
    await expect(channel.publish('x', { wireId: wireId as string })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option: 'wireId',
    });
  });
});
