import { encode } from '@eventwire/encoder';
import type { EventLog, LoggedEvent, LogPage } from '@eventwire/server';
import { describeEnd } from './describe-end';
import { describeLabels } from './describe-labels';
import { checkSuite, codeOf, type TestApi } from './test-api';

/**
 * Makes a log that is empty, has an epoch of its own, and keeps at least `maxEvents` events, and fewer than
 * ten times as many. A log with `Symbol.asyncDispose` is disposed of after its test.
 */
export type EventLogFactory = (options: {
  maxEvents: number;
}) => EventLog | (EventLog & AsyncDisposable) | Promise<EventLog | (EventLog & AsyncDisposable)>;

const textOf = ({ frame }: LoggedEvent) => new TextDecoder().decode(frame);
const dataOf = ({ events }: { events: readonly LoggedEvent[] }) => events.map(({ event }) => event.data);
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => String(from + index));

/**
 * The contract of `EventLog`, as tests of a log: ids, order, pages, gaps, followers, topics and attributes, and
 * `locate` where the log has it.
 *
 * @throws TypeError with the code `INVALID_OPTION`, if the factory or the test runner is missing
 */
export function describeEventLog(name: string, factory: EventLogFactory, api: TestApi): void {
  checkSuite(factory, api);
  const { describe, it, expect } = api;
  const test = (what: string, body: (log: EventLog) => Promise<void>, maxEvents = 1000) =>
    it(what, async () => {
      const log: EventLog & Partial<AsyncDisposable> = await factory({ maxEvents });
      try {
        await body(log);
      } finally {
        if (Symbol.asyncDispose !== undefined) await log[Symbol.asyncDispose]?.();
      }
    });
  const append = async (log: EventLog, data: readonly string[]) => {
    const ids: string[] = [];
    for (const one of data) ids.push((await log.append(one)).id);
    return ids;
  };

  describe(`${name} as an EventLog`, () => {
    describe('append', () => {
      test('assigns ids that grow, and gives the event as it is held', async (log) => {
        const start = await log.lastId();
        const one = await log.append({ type: 't', data: 'a\nb', retry: 5, comment: 'c' }, { topic: 'news' });
        const two = await log.append('x');
        expect(log.compare(start, one.id) < 0).toBe(true);
        expect(log.compare(one.id, two.id) < 0).toBe(true);
        expect(log.compare(two.id, one.id) > 0).toBe(true);
        expect(log.compare(two.id, two.id)).toBe(0);
        expect(await log.lastId()).toBe(two.id);
        expect([one.topic, two.topic]).toEqual(['news', undefined]);
        expect(textOf(one)).toBe(encode({ type: 't', data: 'a\nb', retry: 5, comment: 'c', id: one.id }));
        const { events } = await log.read(start, { limit: 10 });
        expect(events.map(({ id, topic }) => ({ id, topic }))).toEqual([
          { id: one.id, topic: 'news' },
          { id: two.id, topic: undefined },
        ]);
        expect(events.map(textOf)).toEqual([textOf(one), textOf(two)]);
      });

      test('keeps every kind of data', async (log) => {
        const start = await log.lastId();
        const events = [
          { data: '' },
          { data: '0' },
          { data: 'one\r\ntwo\rthree' },
          { data: ['pieces', '', 'of one'] },
          { data: new Set(['once', 'only']) },
          { data: 'é 漢字 😀 \u2028 \uFEFF \0' },
          { comment: 'no data' },
          { retry: 0 },
          { type: '', data: ' leading space' },
        ];
        const held: string[] = [];
        for (const event of events) held.push(textOf(await log.append(event)));
        const page = await log.read(start, { limit: 100 });
        expect(page.events.map(textOf)).toEqual(held);
        expect(held).toEqual(page.events.map(({ event, id }) => encode({ ...event, id })));
      });

      test('refuses an id, and what the encoder refuses, and holds nothing of it', async (log) => {
        const start = await log.lastId();
        expect(await codeOf(() => log.append({ id: '1', data: 'x' }))).toBe('ID_NOT_ALLOWED');
        expect(await codeOf(() => log.append({ type: 'a\nb', data: 'x' }))).toBe('INVALID_TYPE');
        expect(await codeOf(() => log.append({ data: 5 as unknown as string }))).toBe('INVALID_DATA');
        expect(await log.lastId()).toBe(start);
        expect(await log.read(start, { limit: 10 })).toEqual({ events: [], gap: false });
      });

      test("refuses Eventwire's own types, by which anybody could end its clients, and holds nothing", async (log) => {
        const start = await log.lastId();
        for (const type of ['eventwire:end', 'eventwire:gap', 'eventwire:'])
          expect(await codeOf(() => log.append({ type, data: '{}' }))).toBe('RESERVED_TYPE');
        expect(await log.lastId()).toBe(start);
        expect(await log.read(start, { limit: 10 })).toEqual({ events: [], gap: false });
      });

      test('adds once what it is told again under a key of its publisher', async (log) => {
        const start = await log.lastId();
        const add = async (data: string, idempotencyKey: string) =>
          (await log.append(data, { idempotencyKey })).id;
        const [one = '', ...again] = await Promise.all(numbers(1, 10).map(() => add('one', 'first')));
        expect(new Set([one, ...again]).size).toBe(1);
        const two = await add('two', 'second');
        // With braces and line ends, whatever a log makes of it.
        const odd = await add('odd', '{}\r\n 漢字 \u0000');
        expect(log.compare(one, two) < 0).toBe(true);
        expect(await add('one', 'first')).toBe(one);
        expect(await add('odd', '{}\r\n 漢字 \u0000')).toBe(odd);
        await append(log, ['one', 'one']);
        expect(dataOf(await log.read(start, { limit: 10 }))).toEqual(['one', 'two', 'odd', 'one', 'one']);
      });

      test('gives one order to what is appended at the same time', async (log) => {
        const start = await log.lastId();
        const appended = await Promise.all(numbers(1, 100).map(async (data) => log.append(data)));
        const { events } = await log.read(start, { limit: 1000 });
        expect(events.length).toBe(100);
        for (let n = 1; n < events.length; n++) {
          const [before, after] = [events[n - 1] as LoggedEvent, events[n] as LoggedEvent];
          expect(log.compare(before.id, after.id) < 0).toBe(true);
        }
        expect(new Set(events.map(({ id }) => id))).toEqual(new Set(appended.map(({ id }) => id)));
      });
    });

    describeLabels({ describe, test, codeOf, expect });
    describeEnd({ describe, test, codeOf, expect });

    describe('read', () => {
      test('gives what follows a cursor, page by page', async (log) => {
        const start = await log.lastId();
        await append(log, numbers(1, 25));
        const seen: unknown[] = [];
        for (let cursor = start; ; ) {
          const { events, gap } = await log.read(cursor, { limit: 10 });
          expect(gap).toBe(false);
          const last = events.at(-1);
          if (!last) break;
          seen.push(...dataOf({ events }));
          cursor = last.id;
        }
        expect(seen).toEqual(numbers(1, 25));
      });

      test('takes any id of its own as a cursor, that of the empty log too', async (log) => {
        const start = await log.lastId();
        expect(await log.read(start, { limit: 10 })).toEqual({ events: [], gap: false });
        const [first = '', second = ''] = await append(log, ['1', '2', '3']);
        expect(dataOf(await log.read(start, { limit: 10 }))).toEqual(['1', '2', '3']);
        expect(dataOf(await log.read(first, { limit: 10 }))).toEqual(['2', '3']);
        expect(dataOf(await log.read(second, { limit: 10 }))).toEqual(['3']);
      });

      test('ends a page before it is larger than it may be, and gives a large event alone', async (log) => {
        const start = await log.lastId();
        const sizes = [300, 300, 300, 5000, 10, 10, 5000, 300, 300];
        const frames: number[] = [];
        for (const size of sizes) frames.push((await log.append('x'.repeat(size))).frame.byteLength);
        const maxBytes = (frames[0] ?? 0) + (frames[1] ?? 0);
        const pages: number[][] = [];
        // A page that is short is not the end: the empty one is.
        for (let cursor = start; ; ) {
          const { events, gap } = await log.read(cursor, { limit: 100, maxBytes });
          expect(gap).toBe(false);
          const last = events.at(-1);
          if (!last) break;
          pages.push(events.map(({ frame }) => frame.byteLength));
          cursor = last.id;
        }
        const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = frames;
        expect(pages).toEqual([[a, b], [c], [d], [e, f], [g], [h, i]]);
        expect((await log.read(start, { limit: 1, maxBytes })).events.length).toBe(1);
        expect((await log.read(start, { limit: 100, maxBytes: 1 })).events.length).toBe(1);
        const foreign = await log.read('elsewhere.1', { limit: 100, maxBytes });
        expect(foreign.gap).toBe(true);
        expect(foreign.events.map(({ frame }) => frame.byteLength)).toEqual([a, b]);
        expect(frames.length).toBe((await log.read(start, { limit: 100, maxBytes: 1e9 })).events.length);
      });

      test('begins, after an id that is not its own, with the newest that fit, or with the oldest', async (log) => {
        const start = await log.lastId();
        const frames: number[] = [];
        for (const data of numbers(1, 30)) frames.push((await log.append(data)).frame.byteLength);
        const all = { limit: 100, maxReplayBytes: 1e9 };
        expect(dataOf(await log.read('elsewhere.1', all))).toEqual(numbers(1, 30));
        const newest = frames.slice(-7).reduce((sum, bytes) => sum + bytes, 0);
        const page = await log.read('elsewhere.1', { limit: 100, maxReplayBytes: newest });
        expect(page.gap).toBe(true);
        const data = dataOf(page);
        // A log may leave it at the oldest; but it must not leave out what fits.
        expect([7, 30].includes(data.length)).toBe(true);
        expect(data).toEqual(numbers(31 - data.length, 30));
        const first = await log.read('elsewhere.1', { limit: 2, maxReplayBytes: newest });
        expect(dataOf(first)).toEqual(data.slice(0, 2));
        // An id of its own is never cut short.
        expect(dataOf(await log.read(start, { limit: 100, maxReplayBytes: 1 }))).toEqual(numbers(1, 30));
      });

      test('gives all that it holds after an id of its own whose next events are gone, also where little is to be replayed', async (log) => {
        const [first = ''] = await append(log, numbers(1, 300));
        const page = await log.read(first, { limit: 1000 });
        expect(page.gap).toBe(true);
        expect(await log.read(first, { limit: 1000, maxReplayBytes: 1 })).toEqual(page);
      }, 20);

      test('says that there is a gap for an id that is not its own, and starts at the oldest', async (log) => {
        await append(log, ['1', '2', '3']);
        const head = await log.lastId();
        // Ahead of all that is held: a client that had it need not be given again what was before.
        expect((await log.read(`${head}0`, { limit: 2 })).gap).toBe(true);
        const foreign = ['1', 'x', 'elsewhere.1', 'elsewhere.1-1', '\u0000', `${head} `];
        for (const after of [...foreign, head.toUpperCase().replace(/[A-Z]/, '_')]) {
          const { events, gap } = await log.read(after, { limit: 2 });
          expect({ after, gap, data: dataOf({ events }) }).toEqual({ after, gap: true, data: ['1', '2'] });
        }
      });

      test('says that there is a gap where events after the cursor have been removed', async (log) => {
        const [first = ''] = await append(log, numbers(1, 500));
        const { events, gap } = await log.read(first, { limit: 1000 });
        expect(gap).toBe(true);
        const data = dataOf({ events });
        expect(data.length >= 20 && data.length < 200).toBe(true);
        expect(data).toEqual(numbers(501 - data.length, 500));
        const held = events[0] as LoggedEvent;
        expect(await log.read(held.id, { limit: 1000 })).toEqual({ events: events.slice(1), gap: false });
        expect(await log.read(await log.lastId(), { limit: 10 })).toEqual({ events: [], gap: false });
      }, 20);

      test('has, where it gives one, a good place before the oldest event, until that is removed too', async (log) => {
        const [first = ''] = await append(log, numbers(1, 300));
        const page = await log.read(first, { limit: 1000 });
        const oldest = page.events[0] as LoggedEvent;
        const before = log.cursorBefore?.(oldest.id);
        if (before === undefined) return;
        expect(log.compare(before, oldest.id) < 0).toBe(true);
        expect(log.compare(first, before) < 0).toBe(true);
        expect(await log.read(before, { limit: 1000 })).toEqual({ events: page.events, gap: false });
        expect(dataOf(await log.read(before, { limit: 1 }))).toEqual([oldest.event.data]);
        await append(log, numbers(301, 600));
        expect((await log.read(before, { limit: 1 })).gap).toBe(true);
      }, 20);
    });

    describe('follow', () => {
      /** The pages that a follower has been given, and the wait for them. */
      const follow = async (log: EventLog, after: string) => {
        const abort = new AbortController();
        const batches: LogPage[] = [];
        let wake = () => {};
        const listener = (batch: LogPage) => {
          batches.push(batch);
          wake();
        };
        await log.follow(after, listener, abort.signal);
        const data = () => batches.flatMap(dataOf);
        const until = async (count: number) => {
          while (data().length < count) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
          return data();
        };
        return { abort, batches, data, until };
      };

      test('gives what follows the cursor: what is there, then what comes', async (log) => {
        const start = await log.lastId();
        const [first = ''] = await append(log, ['1', '2']);
        const all = await follow(log, start);
        const rest = await follow(log, first);
        await append(log, ['3', '4']);
        expect(await all.until(4)).toEqual(['1', '2', '3', '4']);
        expect(await rest.until(3)).toEqual(['2', '3', '4']);
        expect([...all.batches, ...rest.batches].some(({ gap }) => gap)).toBe(false);
        all.abort.abort();
        rest.abort.abort();
      });

      test('misses nothing that is appended while it begins, and repeats nothing', async (log) => {
        const start = await log.lastId();
        const appending = append(log, numbers(1, 200));
        const tails = await Promise.all([follow(log, start), follow(log, start)]);
        await appending;
        for (const { until, abort } of tails) {
          expect(await until(200)).toEqual(numbers(1, 200));
          abort.abort();
        }
      });

      test('is not called after its signal was aborted', async (log) => {
        const tail = await follow(log, await log.lastId());
        const witness = await follow(log, await log.lastId());
        await append(log, ['1']);
        await tail.until(1);
        await witness.until(1);
        tail.abort.abort();
        await append(log, ['2', '3']);
        await witness.until(3);
        expect(tail.data()).toEqual(['1']);
        witness.abort.abort();
        const never = new AbortController();
        never.abort();
        let called = false;
        const listener = () => {
          called = true;
        };
        await log.follow(await log.lastId(), listener, never.signal);
        await append(log, ['4']);
        expect(called).toBe(false);
      });

      test('begins with a gap where its cursor is not of this log', async (log) => {
        await append(log, ['1', '2']);
        const tail = await follow(log, 'elsewhere.1');
        expect(await tail.until(2)).toEqual(['1', '2']);
        expect(tail.batches[0]?.gap).toBe(true);
        tail.abort.abort();
      });
    });
  });
}
