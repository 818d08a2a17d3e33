import { ServerEvent } from '@eventwire/encoder';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMemoryLog, type LoggedEvent, type LogPage, type MemoryLogOptions } from '../../src/index';
import { heldBytes } from '../../src/log/held-bytes';
import { settled } from '../helpers/helpers';

const text = (event: LoggedEvent) => new TextDecoder().decode(event.frame);
const ids = (page: LogPage) => page.events.map(({ id }) => id);
const seqOf = (id: string) => Number(id.split('.')[1]);

afterEach(() => {
  vi.useRealTimers();
});

describe('append', () => {
  it('assigns ids of one epoch, in order, and encodes the block', async () => {
    const log = createMemoryLog();
    const head = await log.lastId();
    const a = await log.append(
      { comment: 'id: 7', type: 't', retry: 5, data: ['one', 'two'] },
      { topic: 'x' },
    );
    const b = await log.append('plain');
    const epoch = head.slice(0, -2);
    expect([head, a.id, b.id]).toEqual([`${epoch}.0`, `${epoch}.1`, `${epoch}.2`]);
    expect(epoch).toMatch(/^[0-9a-z]+$/);
    expect(text(a)).toBe(`: id: 7\nevent: t\nretry: 5\ndata: one\ndata: two\nid: ${a.id}\n\n`);
    expect(text(b)).toBe(`data: plain\nid: ${b.id}\n\n`);
    expect(a).toMatchObject({ topic: 'x', event: { type: 't', retry: 5, comment: 'id: 7' } });
    expect([...(a.event.data ?? [])]).toEqual(['one', 'two']);
    expect(await createMemoryLog().lastId()).not.toBe(head);
  });

  it('keeps data that can be read only once', async () => {
    const log = createMemoryLog();
    function* data() {
      yield 'a';
      yield 'b';
    }
    for (const event of [{ data: data() }, new ServerEvent(data())]) {
      const logged = await log.append(event);
      expect(text(logged)).toBe(`data: a\ndata: b\nid: ${logged.id}\n\n`);
      expect([...(logged.event.data ?? [])]).toEqual(['a', 'b']);
      expect([...(logged.event.data ?? [])]).toEqual(['a', 'b']);
    }
  });

  it('knows an idempotency key as long as it holds the event', () => {
    vi.useFakeTimers();
    const log = createMemoryLog({ maxEvents: 2, maxAge: 1000 });
    const add = (key: string) => log.append(key, { idempotencyKey: key }) as LoggedEvent;
    const first = add('a');
    expect(add('a')).toBe(first);
    add('b');
    expect(add('a')).toBe(first);
    add('c');
    expect(add('a').id).not.toBe(first.id);
    const c = add('c');
    vi.advanceTimersByTime(1001);
    expect(add('c').id).not.toBe(c.id);
  });

  it.each(['', '7'])('refuses an event that brings the id "%s"', (id) => {
    const log = createMemoryLog();
    expect(() => log.append({ id, data: 'x' })).toThrow(
      expect.objectContaining({ name: 'ServerEventError', code: 'ID_NOT_ALLOWED', field: 'id' }),
    );
  });

  it('refuses what the encoder refuses, and what is larger than the log, and stays as it was', async () => {
    const log = createMemoryLog({ maxBytes: 1000 });
    await log.append('a');
    const head = await log.lastId();
    expect(() => log.append({ type: 'a\nb' })).toThrow(expect.objectContaining({ code: 'INVALID_TYPE' }));
    expect(() => log.append(null as unknown as string)).toThrow(
      expect.objectContaining({ code: 'INVALID_EVENT' }),
    );
    expect(() => log.append('x'.repeat(300))).toThrow(expect.objectContaining({ code: 'EVENT_TOO_LARGE' }));
    expect(await log.lastId()).toBe(head);
    expect((await log.read(`${head.split('.')[0]}.0`, { limit: 9 })).events).toHaveLength(1);
  });
});

describe('read', () => {
  it('gives pages after a cursor, also the one of the empty log', async () => {
    const log = createMemoryLog();
    const start = await log.lastId();
    expect(await log.read(start, { limit: 5 })).toEqual({ events: [], gap: false });
    const all = [await log.append('1'), await log.append('2'), await log.append('3')];
    expect((await log.read(start, { limit: 2 })).events).toEqual(all.slice(0, 2));
    expect((await log.read(all[1]?.id ?? '', { limit: 2 })).events).toEqual(all.slice(2));
    expect(await log.read(all[2]?.id ?? '', { limit: 2 })).toEqual({ events: [], gap: false });
  });

  it('says gap for what is not its own', async () => {
    const log = createMemoryLog();
    const other = createMemoryLog();
    const { id } = await log.append('1');
    await other.append('1');
    const [epoch] = id.split('.');
    for (const after of [
      'x',
      '.',
      '1',
      await other.lastId(),
      `${epoch}`,
      `${epoch}.`,
      `${epoch}.2`,
      `${epoch}.01`,
      `${epoch}.-1`,
      `${epoch}. 1`,
      `${epoch}.1e0`,
      `${epoch}.0x1`,
      `${epoch}.1.0`,
      `${epoch}.9007199254740993`,
      `${epoch}.Infinity`,
      ` ${id}`,
    ]) {
      const page = await log.read(after, { limit: 9 });
      expect([after, page.gap, ids(page)]).toEqual([after, true, [id]]);
    }
  });

  it('begins with the newest that fit after what is not its own, with none if not even that does', async () => {
    const log = createMemoryLog();
    const all: LoggedEvent[] = [];
    for (let n = 0; n < 100; n++) all.push(await log.append('x'.repeat(n)));
    const bytes = (count: number) =>
      all.slice(100 - count).reduce((sum, { frame }) => sum + frame.byteLength, 0);
    for (const after of ['x', `${all[0]?.id}0000`, await createMemoryLog().lastId()]) {
      for (const count of [0, 1, 2, 50, 99, 100]) {
        const exact = await log.read(after, { limit: 999, maxReplayBytes: bytes(count) });
        expect(exact).toEqual({ events: all.slice(100 - count), gap: true });
        const less = await log.read(after, { limit: 999, maxReplayBytes: Math.max(0, bytes(count) - 1) });
        expect(less.events).toEqual(all.slice(100 - Math.max(0, count - 1)));
      }
    }
  });

  it.each([
    ['limit', { limit: 0 }],
    ['maxBytes', { limit: 1, maxBytes: 0 }],
    ['maxReplayBytes', { limit: 1, maxReplayBytes: -1 }],
  ])('refuses a bad %s', async (option, options) => {
    await expect(createMemoryLog().read('', options)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      option,
    });
  });

  it('holds no event that is older than maxAge, without a timer', async () => {
    vi.useFakeTimers();
    const log = createMemoryLog({ maxAge: 1000 });
    const start = await log.lastId();
    const first = await log.append('1');
    vi.advanceTimersByTime(600);
    const second = await log.append('2');
    expect(vi.getTimerCount()).toBe(0);
    expect(ids(await log.read(start, { limit: 9 }))).toEqual([first.id, second.id]);
    vi.advanceTimersByTime(600);
    expect(await log.read(start, { limit: 9 })).toEqual({ events: [second], gap: true });
    expect((await log.read(first.id, { limit: 9 })).gap).toBe(false);
    vi.advanceTimersByTime(600);
    expect(await log.read(first.id, { limit: 9 })).toEqual({ events: [], gap: true });
    expect(await log.read(second.id, { limit: 9 })).toEqual({ events: [], gap: false });
    expect(await log.lastId()).toBe(second.id);
  });

  it('takes no longer to start in a longer log', async () => {
    /** The best of many rounds, since whatever else the machine does only adds. */
    const best = async (length: number) => {
      const log = createMemoryLog({ maxEvents: length });
      for (let i = 0; i < length * 1.5; i++) log.append('x');
      const head = log.lastId() as string;
      const after = log.cursorBefore?.(head) ?? '';
      let least = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 20; round++) {
        const started = performance.now();
        for (let i = 0; i < 100; i++) await log.read(after, { limit: 10 });
        least = Math.min(least, performance.now() - started);
      }
      return least;
    };
    const short = await best(20);
    // Copying or searching 40,000 events takes a thousand times as long.
    expect(await best(40_000)).toBeLessThan(20 * short);
  }, 30_000);
});

describe('compare and cursorBefore', () => {
  it('follow the order, and refuse ids of other logs', async () => {
    const log = createMemoryLog();
    const zero = await log.lastId();
    for (let i = 0; i < 10; i++) await log.append('x');
    const ten = await log.lastId();
    const nine = log.cursorBefore?.(ten) ?? '';
    expect(Math.sign(log.compare(nine, ten))).toBe(-1); // 9 and 10: not by their text
    expect(log.compare(ten, ten)).toBe(0);
    expect(log.compare(ten, zero)).toBeGreaterThan(0);
    const [epoch] = ten.split('.');
    const numbers = ['-1', '-0', '01', '1e0', ' 1', '1.5', '', 'NaN', '9007199254740992'];
    for (const foreign of ['x', '', epoch ?? '', '.1', ...numbers.map((number) => `${epoch}.${number}`)]) {
      const refusal = expect.objectContaining({ code: 'FOREIGN_ID' });
      expect(() => log.compare(ten, foreign)).toThrow(refusal);
      expect(() => log.cursorBefore?.(foreign)).toThrow(refusal);
    }
  });
});

describe('follow', () => {
  it('gives what follows, then what comes, until the abort', async () => {
    const log = createMemoryLog();
    const start = await log.lastId();
    const one = await log.append('1');
    const got: string[] = [];
    const abort = new AbortController();
    await log.follow(start, (page) => got.push(...ids(page)), abort.signal);
    const two = await log.append('2');
    expect(got).toEqual([one.id, two.id]);
    abort.abort();
    await log.append('3');
    expect(got).toHaveLength(2);
    await log.follow(start, (page) => got.push(...ids(page)), abort.signal);
    expect(got).toHaveLength(2);
  });

  it('misses nothing that is added while it begins', async () => {
    const log = createMemoryLog();
    const got: string[] = [];
    const listening = log.follow(
      await log.lastId(),
      (page) => got.push(...ids(page)),
      new AbortController().signal,
    );
    const { id } = await log.append('1');
    await listening;
    expect(got).toEqual([id]);
  });

  it('says gap where it cannot begin behind the cursor', async () => {
    const log = createMemoryLog();
    const { id } = await log.append('1');
    const pages: LogPage[] = [];
    await log.follow('foreign', (page) => pages.push(page), new AbortController().signal);
    expect(pages.map((page) => [page.gap, ids(page)])).toEqual([[true, [id]]]);
  });

  it('keeps the order for all where a listener appends, and where one throws', async () => {
    const log = createMemoryLog();
    const { signal } = new AbortController();
    const thrown: unknown[] = [];
    const catcher = (error: unknown) => thrown.push(error);
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', catcher);
    const got: number[][] = [[], []];
    await log.follow(
      await log.lastId(),
      (page) => {
        got[0]?.push(...ids(page).map(seqOf));
        if ((got[0]?.length ?? 0) < 3) log.append('again');
        throw new Error('listener');
      },
      signal,
    );
    await log.follow(await log.lastId(), (page) => got[1]?.push(...ids(page).map(seqOf)), signal);
    await log.append('1');
    await settled();
    process.off('uncaughtException', catcher);
    for (const other of others) process.on('uncaughtException', other);
    expect(got).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(thrown).toMatchObject([{ message: 'listener' }, { message: 'listener' }, { message: 'listener' }]);
  });
});

describe('bounds', () => {
  it.each([
    ['maxEvents', { maxEvents: 0 }],
    ['maxEvents', { maxEvents: 1.5 }],
    ['maxBytes', { maxBytes: '1' }],
    ['maxAge', { maxAge: -1 }],
    ['options', null],
  ])('refuses a bad %s', (option, options) => {
    expect(() => createMemoryLog(options as MemoryLogOptions)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', option }),
    );
  });

  it('behaves as a plain array that is trimmed', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ append: fc.string({ maxLength: 12 }) }) },
      {
        weight: 4,
        arbitrary: fc.record({
          read: fc.integer({ min: -2, max: 130 }),
          limit: fc.integer({ min: 1, max: 9 }),
          maxBytes: fc.integer({ min: 1, max: 300 }),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 900, max: 9000 }),
        fc.array(step, { maxLength: 120, size: 'max' }),
        async (maxEvents, maxBytes, steps) => {
          const log = createMemoryLog({ maxEvents, maxBytes });
          const tailed: string[] = [];
          await log.follow(
            await log.lastId(),
            (page) => tailed.push(...ids(page)),
            new AbortController().signal,
          );
          const [epoch] = (await log.lastId()).split('.');
          const all: LoggedEvent[] = [];
          let removed = 0;
          for (const step of steps) {
            if ('append' in step) {
              const logged = await log.append(step.append);
              all.push(logged);
              const size = () => all.slice(removed).reduce((sum, event) => sum + heldBytes(event), 0);
              while (all.length - removed > maxEvents || size() > maxBytes) removed++;
              expect(logged.id).toBe(`${epoch}.${all.length}`);
              expect(await log.lastId()).toBe(logged.id);
            } else {
              const { read: after, limit, maxBytes } = step;
              const page = await log.read(`${epoch}.${after}`, { limit, maxBytes });
              const gap = after < removed || after > all.length;
              const from = gap ? removed : after;
              const sizes = all.slice(from, from + limit).map(({ frame }) => frame.byteLength);
              let [count, bytes] = [Math.min(1, sizes.length), sizes[0] ?? 0];
              while (count < sizes.length && bytes + (sizes[count] ?? 0) <= maxBytes)
                bytes += sizes[count++] ?? 0;
              expect(page).toEqual({ events: all.slice(from, from + count), gap });
            }
          }
          expect(tailed).toEqual(all.map(({ id }) => id));
        },
      ),
      { numRuns: 150 },
    );
  });
});
