import { encode } from '@eventwire/encoder';
import type { AppendOptions, EventLog, LoggedEvent } from '@eventwire/server';
import type { TestApi } from './test-api';

export interface LogTools extends Pick<TestApi, 'describe' | 'expect'> {
  /** A test with a log of its own. */
  test(what: string, body: (log: EventLog) => Promise<void>, maxEvents?: number): void;
  /** The code of the error that an action throws. */
  codeOf(action: () => unknown): Promise<unknown>;
}

const textOf = ({ frame }: LoggedEvent) => new TextDecoder().decode(frame);
const labelsOf = ({ topic, topics, attributes, wireId }: LoggedEvent) => ({
  ...{ topic, topics: [...topics], attributes: { ...attributes }, wireId },
});

/** The facts that a publisher gives beside an event's fields: topics, attributes, and the id that clients see. */
export function describeLabels({ describe, test, codeOf, expect }: LogTools): void {
  describe('topics and attributes', () => {
    test('are kept as they were given, in order, and are no part of the frame', async (log) => {
      const start = await log.lastId();
      const odd = '{}\r\n \u{1F600} \0 "quoted"';
      const attributes = JSON.parse('{"private":"","__proto__":"a name","constructor":"too"}');
      const given: AppendOptions[] = [
        {},
        { topic: 'one' },
        { topics: [] },
        { topics: ['only'] },
        { topics: ['b', 'a', 'b', '', odd] },
        { topic: 'one', attributes: {} },
        { attributes },
        { topics: ['b', 'a'], attributes: { [odd]: odd } },
      ];
      const appended: LoggedEvent[] = [];
      for (const options of given) appended.push(await log.append('x', options));
      const none = { topic: undefined, topics: [], attributes: {}, wireId: undefined };
      const expected = [
        none,
        { ...none, topic: 'one', topics: ['one'] },
        none,
        { ...none, topic: 'only', topics: ['only'] },
        { ...none, topic: 'b', topics: ['b', 'a', 'b', '', odd] },
        { ...none, topic: 'one', topics: ['one'] },
        { ...none, attributes },
        { ...none, topic: 'b', topics: ['b', 'a'], attributes: { [odd]: odd } },
      ];
      expect(appended.map(labelsOf)).toEqual(expected);
      const { events } = await log.read(start, { limit: 100 });
      expect(events.map(labelsOf)).toEqual(expected);
      expect(JSON.stringify(events[6]?.attributes)).toBe(JSON.stringify(attributes));
      expect(events.map(textOf)).toEqual(events.map(({ id }) => encode({ data: 'x', id })));
    });

    test('do not change with the lists that they were given in', async (log) => {
      const start = await log.lastId();
      const [topics, attributes] = [['a'], { k: 'v' }];
      const appended = await log.append('x', { topics, attributes });
      topics.push('b');
      attributes.k = 'changed';
      const { events } = await log.read(start, { limit: 1 });
      const expected = { topic: 'a', topics: ['a'], attributes: { k: 'v' }, wireId: undefined };
      expect([appended, ...events].map(labelsOf)).toEqual([expected, expected]);
    });
  });

  describe('an id that the publisher chose', () => {
    test('is the one in the frame, and the log keeps a place of its own', async (log) => {
      const start = await log.lastId();
      const wireId = 'urn:uuid:4f0b\u{1F600} and: more';
      const one = await log.append({ type: 't', data: 'x' }, { wireId });
      const two = await log.append('y');
      expect(one.id === wireId).toBe(false);
      expect(log.compare(start, one.id) < 0 && log.compare(one.id, two.id) < 0).toBe(true);
      const { events, gap } = await log.read(start, { limit: 10 });
      expect(gap).toBe(false);
      expect(events.map(({ id }) => id)).toEqual([one.id, two.id]);
      expect(events.map((event) => event.wireId)).toEqual([wireId, undefined]);
      expect([one, ...events].map(textOf)).toEqual([
        encode({ type: 't', data: 'x', id: wireId }),
        encode({ type: 't', data: 'x', id: wireId }),
        encode({ data: 'y', id: two.id }),
      ]);
      expect((await log.read(wireId, { limit: 10 })).gap).toBe(true);
    });

    test('is refused if it cannot be one, or could be taken for a place in the log', async (log) => {
      const { id } = await log.append('x');
      expect(await codeOf(() => log.append('x', { wireId: id }))).toBe('ID_NOT_ALLOWED');
      for (const wireId of ['a\nb', 'a\rb', 'a\0b'])
        expect(await codeOf(() => log.append('x', { wireId }))).toBe('INVALID_ID');
      expect(await log.lastId()).toBe(id);
    });

    test('stays that of the first event if one is added again under a key', async (log) => {
      const idempotencyKey = 'k';
      const first = await log.append('x', { idempotencyKey, wireId: 'first' });
      const again = await log.append('x', { idempotencyKey, wireId: 'second' });
      expect([again.id, again.wireId]).toEqual([first.id, 'first']);
      if (log.locate) expect(await log.locate('second')).toBe(undefined);
    });

    test('is found, where the log can, at the oldest event held that has it', async (log) => {
      if (!log.locate) return;
      const odd = 'a b\u{1F600}';
      const ids: string[] = [];
      for (const wireId of ['a', 'b', 'a', odd, 'a', 'ab', 'b '])
        ids.push((await log.append('x', { wireId })).id);
      const plain = await log.append('x');
      const found: unknown[] = [];
      for (const wireId of ['a', 'b', odd, 'ab', 'b ', 'c', '', 'a\0', plain.id, ids[0] ?? ''])
        found.push(await log.locate(wireId));
      expect(found).toEqual([ids[0], ids[1], ids[3], ids[5], ids[6], ...Array(5).fill(undefined)]);
    });

    test('is found no more once its event is gone, but at the next one that has it', async (log) => {
      if (!log.locate) return;
      await log.append('x', { wireId: 'once' });
      await log.append('x', { wireId: 'again' });
      for (let n = 0; n < 300; n++) await log.append('x');
      const later = await log.append('x', { wireId: 'again' });
      expect(await log.locate('once')).toBe(undefined);
      expect(await log.locate('again')).toBe(later.id);
    }, 20);
  });
}
