import type { EventLog, LogEnd, LoggedEvent, LogPage } from '@eventwire/server';
import type { LogTools } from './describe-labels';

const dataOf = ({ events }: { events: readonly LoggedEvent[] }) => events.map(({ event }) => event.data);
const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1));

/** The two ends of a log: the place before its first event, and the event that seals it. */
export function describeEnd({ describe, test, codeOf, expect }: LogTools): void {
  const seal = (log: EventLog, end: LogEnd = { outcome: 'done' }, term?: number) =>
    log.append({ type: 'eventwire:end', data: JSON.stringify(end) }, { end, term });

  describe('the place before the first event', () => {
    test('is the empty text, which is read and followed from, and no gap while all is held', async (log) => {
      expect(await log.read('', { limit: 10 })).toEqual({ events: [], gap: false });
      const seen: unknown[] = [];
      const abort = new AbortController();
      await log.follow('', ({ events }) => seen.push(...dataOf({ events })), abort.signal);
      for (const data of numbers(3)) await log.append(data);
      expect(await log.read('', { limit: 2 })).toEqual(await log.read('', { limit: 2, maxReplayBytes: 1 }));
      const page = await log.read('', { limit: 10 });
      expect([page.gap, dataOf(page)]).toEqual([false, numbers(3)]);
      while (seen.length < 3) await new Promise<void>((resolve) => setTimeout(resolve, 5));
      expect(seen).toEqual(numbers(3));
      abort.abort();
    });

    test('is a gap once events have been removed', async (log) => {
      for (const data of numbers(500)) await log.append(data);
      const { gap, events } = await log.read('', { limit: 1000 });
      expect(gap).toBe(true);
      expect(dataOf({ events }).at(-1)).toBe('500');
    }, 20);
  });

  describe('a term', () => {
    test('shuts out the publishers of lower ones, and no publisher without one', async (log) => {
      await log.append('1', { term: 2 });
      await log.append('2', { term: 2 });
      await log.append('3', { term: 1_000_000_000_000 });
      expect(await codeOf(() => log.append('late', { term: 2 }))).toBe('FENCED');
      expect(await codeOf(() => seal(log, { outcome: 'done' }, 2))).toBe('FENCED');
      await log.append('4');
      const page = await log.read('', { limit: 10 });
      expect(dataOf(page)).toEqual(numbers(4));
      expect(page.end).toBe(undefined);
    });
  });

  describe('an end', () => {
    test('is the last event, after which nothing is added', async (log) => {
      await log.append('1');
      const { id } = await seal(log, { outcome: 'stopped', reason: 'enough' });
      expect(await codeOf(() => log.append('late'))).toBe('ENDED');
      expect(await codeOf(() => seal(log))).toBe('ENDED');
      expect(await log.lastId()).toBe(id);
      const { events } = await log.read('', { limit: 10 });
      expect(events.map(({ event }) => event.type)).toEqual([undefined, 'eventwire:end']);
    });

    test('is said by the page behind which nothing follows, and by no other', async (log) => {
      for (const data of numbers(3)) await log.append(data);
      const end: LogEnd = { outcome: 'stopped', reason: 'enough' };
      const { id } = await seal(log, end);
      const pages: LogPage[] = [];
      for (let after = ''; pages.length < 5; after = pages.at(-1)?.events.at(-1)?.id ?? after) {
        pages.push(await log.read(after, { limit: 2 }));
      }
      expect(pages.map((page) => page.end)).toEqual([undefined, end, end, end, end]);
      expect(await log.read(id, { limit: 2 })).toEqual({ events: [], gap: false, end });
    });

    test('is told to followers, and to those that come afterwards', async (log) => {
      const ends: unknown[] = [];
      const abort = new AbortController();
      const listener = (page: LogPage) => {
        if (page.end) ends.push({ ...page.end });
      };
      await log.follow('', listener, abort.signal);
      await log.append('1');
      const { id } = await seal(log, { outcome: 'failed' });
      for (const after of ['', id]) await log.follow(after, listener, abort.signal);
      while (ends.length < 3) await new Promise<void>((resolve) => setTimeout(resolve, 5));
      expect(ends.map((end) => (end as LogEnd).outcome)).toEqual(['failed', 'failed', 'failed']);
      abort.abort();
    });

    test('is written once if it is sealed twice at the same time', async (log) => {
      const ends = await Promise.all([1, 2, 3].map(() => codeOf(async () => void (await seal(log)))));
      expect(ends.filter((code) => code === 'ENDED').length).toBe(2);
      expect((await log.read('', { limit: 10 })).events.length).toBe(1);
    });

    test('cannot be forged by an event without the option, nor be of another type', async (log) => {
      expect(await codeOf(() => log.append({ type: 'eventwire:end', data: '{}' }))).toBe('RESERVED_TYPE');
      expect(
        await codeOf(() => log.append({ type: 'eventwire:gap', data: '{}' }, { end: { outcome: 'done' } })),
      ).toBe('RESERVED_TYPE');
      await log.append('1');
      expect((await log.read('', { limit: 10 })).events.length).toBe(1);
    });
  });
}
