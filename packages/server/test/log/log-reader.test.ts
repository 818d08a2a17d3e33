import { describe, expect, it, vi } from 'vitest';
import { createChannel, type EventLog } from '../../src/index';
import { connectionLog } from '../helpers/connection-log';
import { FakeSubscriber } from '../helpers/fake-subscriber';

const seq = (id: string | undefined) => Number(id?.split('.')[1]);
const dataOf = ({ blocks }: FakeSubscriber) => blocks.map(({ data }) => data);

/** A channel on a slow log that holds `count` events, which were there before the channel was. */
async function setUp(count: number, size = 10, delay = 1) {
  const { log, memory, asked, inFront } = connectionLog(delay);
  const ids: string[] = [];
  for (let n = 1; n <= count; n++) ids.push((await memory.append(`${n} `.padEnd(size, 'x'))).id);
  const errors: unknown[] = [];
  const channel = createChannel({ log, onError: (error) => errors.push(error) });
  const join = (lastEventId = '') => {
    const subscriber = new FakeSubscriber(lastEventId);
    channel.subscribe(subscriber);
    return subscriber;
  };
  const through = (subscribers: readonly FakeSubscriber[], newest: string | undefined) =>
    vi.waitUntil(() => subscribers.every(({ cursor }) => cursor === newest), { timeout: 20_000 });
  return { log, memory, asked, inFront, ids, errors, channel, join, through };
}

describe('300 subscribers that come back at once', () => {
  it('with the same id read the log as often as one or two', async () => {
    const { asked, ids, join, through } = await setUp(1000);
    const crowd = Array.from({ length: 300 }, () => join(ids[0]));
    await through(crowd, ids.at(-1));
    for (const { blocks } of crowd) expect(blocks.map(({ id }) => id)).toEqual(ids.slice(1));
    // Four pages of 256.
    expect(asked.reads.length).toBeLessThanOrEqual(8);
  });

  it('with ids of their own are read for a few at a time, so that what is published does not wait for them', async () => {
    const { asked, inFront, ids, channel, join, through } = await setUp(300);
    const crowd = ids.map((id) => join(id));
    const published = await channel.publish('meanwhile');
    await through(crowd, published);
    for (const [index, { blocks }] of crowd.entries())
      expect(blocks.map(({ id }) => id)).toEqual([...ids.slice(index + 1), published]);
    expect(inFront).toHaveLength(1);
    // Four readings, and the one by which the channel begins to listen.
    expect(inFront[0]).toBeLessThanOrEqual(5);
    expect(asked.reads.length).toBeLessThanOrEqual(301);
  });

  it('without an id ask for the newest once or twice', async () => {
    const { asked, ids, join, through } = await setUp(10);
    const crowd = Array.from({ length: 300 }, () => join());
    await through(crowd, ids.at(-1));
    // And once by the channel itself.
    expect(asked.heads).toBeLessThanOrEqual(3);
  });

  it('and leave while they wait are not read for, and nothing of them is left', async () => {
    const { asked, ids, channel, join, errors, through } = await setUp(300, 10, 50);
    const listening = join();
    await through([listening], ids.at(-1));
    const crowd = ids.slice(0, -1).map((id) => join(id));
    await vi.waitUntil(() => asked.reads.length > 0, { interval: 1 });
    expect(asked.reads).toHaveLength(4);
    for (const subscriber of crowd) subscriber.close();
    const published = await channel.publish('after them');
    await through([listening, join(ids.at(-2))], published);
    expect(asked.reads).toHaveLength(5);
    expect(channel.size).toBe(2);
    expect(errors).toEqual([]);
  });

  it('to what has just been delivered are served from memory, and the log is not read', async () => {
    const { asked, channel, join, through, ids } = await setUp(1);
    const live = join();
    await through([live], ids.at(-1));
    const published: string[] = [];
    for (let n = 0; n < 50; n++) published.push(await channel.publish(`${n}`));
    await through([live], published.at(-1));
    asked.reads.length = 0;
    const crowd = Array.from({ length: 300 }, (_, n) => join(published[n % 49]));
    await through(crowd, published.at(-1));
    expect(asked.reads).toEqual([]);
    for (const [index, { blocks }] of crowd.entries())
      expect(blocks.map(({ id }) => id)).toEqual(published.slice((index % 49) + 1));
  });
});

it('what is kept in memory for them has a bound: older events are read from the log', async () => {
  const { asked, channel, join, through, ids } = await setUp(1);
  const live = join();
  await through([live], ids.at(-1));
  const published: string[] = [];
  for (let n = 0; n < 12; n++) published.push(await channel.publish(`${n} `.padEnd(500_000, 'x')));
  await through([live], published.at(-1));
  asked.reads.length = 0;
  const back = [join(published[8]), join(published[0])];
  await through(back, published.at(-1));
  expect(asked.reads.length).toBeGreaterThan(0);
  expect(new Set(asked.reads.map(({ after }) => seq(after) < seq(published[8])))).toEqual(new Set([true]));
  for (const [index, { blocks }] of back.entries())
    expect(blocks.map(({ id }) => id)).toEqual(published.slice(index === 0 ? 9 : 1));
});

it('a page has a bound in bytes too, and large events are all replayed, each alone if it must be', async () => {
  const { asked, ids, join, through } = await setUp(20, 200_000);
  const back = join(ids[0]);
  await through([back], ids.at(-1));
  expect(back.blocks.map(({ id }) => id)).toEqual(ids.slice(1));
  for (const { maxBytes } of asked.reads) expect(maxBytes).toBeLessThanOrEqual(1024 * 1024);
  expect(asked.reads.length).toBeGreaterThanOrEqual(19);
});

it('a read that fails closes those who wait for it, and the next is asked anew', async () => {
  const { log, asked, ids, errors, join, through } = await setUp(10);
  const { read } = log;
  let broken = true;
  Object.assign(log, {
    read: async (...args: Parameters<EventLog['read']>) => {
      if (broken) throw new Error('no page');
      return read(...args);
    },
  });
  const crowd = [join(ids[0]), join(ids[0]), join(ids[1])];
  await vi.waitUntil(() => crowd.every(({ signal }) => signal.aborted));
  expect(errors).toMatchObject([{ message: 'no page' }, { message: 'no page' }, { message: 'no page' }]);
  broken = false;
  const again = join(ids[0]);
  await through([again], ids.at(-1));
  expect(dataOf(again)).toHaveLength(9);
  expect(asked.reads).toHaveLength(1);
});

it('an equal read is not shared with one that is under way, whose answer may be too old by then', async () => {
  const { log, memory, ids, join, through } = await setUp(1);
  const { read } = log;
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let reads = 0;
  Object.assign(log, {
    read: async (...args: Parameters<EventLog['read']>) => {
      const first = reads++ === 0;
      const page = await read(...args);
      if (first) await held;
      return page;
    },
  });
  // Asks for an id that is not there yet, which is a gap.
  const next = `${ids[0]?.split('.')[0]}.2`;
  const bogus = join(next);
  await vi.waitUntil(() => reads === 1);
  await memory.append('2');
  const honest = join(next);
  release();
  await memory.append('3');
  await through([bogus, honest], await memory.lastId());
  expect(honest.blocks.map(({ type, data }) => [type, data])).toEqual([['message', '3']]);
});
