import type { LoggedEvent, LogPage } from '@eventwire/server';
import { dataOf, LONG, type RunTools } from './run-tools';

const framesOf = ({ events }: LogPage) => events.map(({ frame }) => new TextDecoder().decode(frame));

/** A run's events, its end, and what is left of both afterwards. */
export function describeRunLog({ describe, test, codeOf, until, end, expect }: RunTools): void {
  describe('a log', () => {
    test('is the same for all processes, and each run has its own', async ({ store, other }) => {
      const [one, two] = [store.open('one'), other.open('two')];
      const claims = [await one.claim(LONG), await two.claim(LONG)];
      for (const data of ['1', '2', '3']) {
        await one.append({ type: 't', data }, { term: claims[0]?.term });
        await two.append(`other ${data}`, { term: claims[1]?.term });
      }
      const [here, there] = [
        await one.read('', { limit: 10 }),
        await other.open('one').read('', { limit: 10 }),
      ];
      expect(framesOf(here)).toEqual(framesOf(there));
      expect(dataOf(here)).toEqual(['1', '2', '3']);
      expect(dataOf(await store.open('two').read('', { limit: 10 }))).toEqual([
        'other 1',
        'other 2',
        'other 3',
      ]);
      const id = here.events[1]?.id ?? '';
      expect(dataOf(await other.open('one').read(id, { limit: 10 }))).toEqual(['3']);
      expect((await store.open('two').read(id, { limit: 10 })).gap).toBe(true);
      expect(await other.open('one').lastId()).toBe(here.events[2]?.id);
    });

    test('keeps the order of appends that wait for none before', async ({ store, other }) => {
      const log = store.open('run');
      const claim = await log.claim(LONG);
      const numbers = Array.from({ length: 500 }, (_, n) => String(n));
      const logged = await Promise.all(numbers.map(async (data) => log.append(data, { term: claim?.term })));
      expect(logged.map(({ event }) => event.data)).toEqual(numbers);
      const seen: LoggedEvent[] = [];
      for (let after = ''; ; after = seen.at(-1)?.id ?? '') {
        const { events } = await other.open('run').read(after, { limit: 64 });
        if (events.length === 0) break;
        seen.push(...events);
      }
      expect(seen.map(({ id }) => id)).toEqual(logged.map(({ id }) => id));
      for (const [n, { id }] of seen.entries()) {
        if (n > 0) expect(log.compare(seen[n - 1]?.id ?? '', id) < 0).toBe(true);
      }
    });

    test('adds an event once under its key, in a later claim too', async ({ store, other }) => {
      const log = store.open('run');
      const first = await log.claim(LONG);
      const add = (idempotencyKey: string, term = first?.term, where = log) =>
        where.append(idempotencyKey, { term, idempotencyKey });
      const { id } = await add('a');
      await add('b');
      expect((await add('a')).id).toBe(id);
      await first?.release();
      const there = other.open('run');
      const second = await there.claim(LONG);
      expect((await add('a', second?.term, there)).id).toBe(id);
      await add('c', second?.term, there);
      expect(dataOf(await log.read('', { limit: 10 }))).toEqual(['a', 'b', 'c']);
    });

    test('is followed from any process, to its end', async ({ store, other }) => {
      const log = store.open('run');
      const claim = await log.claim(LONG);
      await log.append('1', { term: claim?.term });
      const abort = new AbortController();
      const followers = [store, other].map((one) => ({ log: one.open('run'), pages: [] as LogPage[] }));
      for (const follower of followers) {
        await follower.log.follow('', (page) => follower.pages.push(page), abort.signal);
      }
      await log.append('2', { term: claim?.term });
      await end(log, claim);
      for (const { pages } of followers) {
        await until(() => pages.some((page) => page.end));
        expect(pages.flatMap(dataOf)).toEqual(['1', '2', '{"outcome":"done"}']);
        expect(pages.some(({ gap }) => gap)).toBe(false);
      }
      abort.abort();
    });

    test('refuses what is reserved and what cannot be encoded, and holds nothing of it', async ({
      store,
    }) => {
      const log = store.open('run');
      const claim = await log.claim(LONG);
      const term = claim?.term;
      expect(await codeOf(async () => log.append({ type: 'eventwire:end', data: '{}' }, { term }))).toBe(
        'RESERVED_TYPE',
      );
      expect(await codeOf(async () => log.append({ id: '1', data: 'x' }, { term }))).toBe('ID_NOT_ALLOWED');
      expect(await codeOf(async () => log.append({ type: 'a\nb' }, { term }))).toBe('INVALID_TYPE');
      await log.append('one', { term });
      expect(dataOf(await log.read('', { limit: 10 }))).toEqual(['one']);
    });

    test('has any name that a run may have', async ({ store, other }) => {
      const names = [
        'a',
        'A',
        'a/b',
        '{a}b',
        '%7Ba%7Db',
        'a b',
        "it's",
        '漢字 😀',
        'é'.repeat(256),
        '..',
        ':',
        'a*',
        '[a]',
      ];
      for (const name of names) {
        const log = store.open(name);
        await log.append(name, { term: (await log.claim(LONG))?.term });
      }
      for (const name of names) {
        expect(dataOf(await other.open(name).read('', { limit: 10 }))).toEqual([name]);
      }
      for (const name of ['', 'a\nb', 'x'.repeat(513)]) {
        expect(await codeOf(() => store.open(name))).toBe('INVALID_OPTION');
      }
    });
  });

  describe('an end', () => {
    test('is one step with its event: no process sees the one without the other', async ({
      store,
      other,
    }) => {
      for (let round = 0; round < 20; round++) {
        const log = store.open(`run ${round}`);
        const claim = await log.claim(LONG);
        await log.append('one', { term: claim?.term });
        const there = other.open(`run ${round}`);
        const ending = end(log, claim, { outcome: 'failed', reason: 'why' });
        for (let ended = false; !ended; ) {
          const state = await there.state();
          const { events, end: last } = await there.read('', { limit: 10 });
          const isThere = events.at(-1)?.event.type === 'eventwire:end';
          if (state.status === 'ended')
            expect([isThere, state.outcome, state.reason]).toEqual([true, 'failed', 'why']);
          expect(last !== undefined).toBe(isThere);
          ended = state.status === 'ended';
          // A store may write at the end of a turn of the event loop.
          await new Promise<void>((resolve) => setTimeout(resolve, 0));
        }
        const id = await ending;
        const state = await there.state();
        expect(state.status === 'ended' && state.lastId).toBe(id);
      }
    });

    test('is the last: nothing is added to it, and no second one', async ({ store, other }) => {
      const log = store.open('run');
      const claim = await log.claim(LONG);
      await end(log, claim);
      expect(await codeOf(async () => log.append('late', { term: claim?.term }))).toBe('ENDED');
      expect(await codeOf(async () => other.open('run').append('late'))).toBe('ENDED');
      expect(await codeOf(() => end(log, claim, { outcome: 'failed' }))).toBe('ENDED');
      const state = await other.open('run').state();
      expect(state.status === 'ended' && state.outcome).toBe('done');
    });

    test('is kept for as long as was asked for, and then the run is missing', async ({ store, other }) => {
      const log = store.open('run');
      const claim = await log.claim({ lease: 600_000, ttl: 300 });
      const { id } = await log.append('one', { term: claim?.term });
      await end(log, claim);
      expect((await other.open('run').state()).status).toBe('ended');
      await until(async () => (await other.open('run').state()).status === 'missing');
      expect(await codeOf(() => log.read('', { limit: 1 }))).toBe('MISSING');
      // Another run of that name has nothing to do with it.
      const again = await other.open('run').claim(LONG);
      expect(again?.attempt).toBe(1);
      expect((await log.read(id, { limit: 1 })).gap).toBe(true);
    });
  });

  describe('a run that is deleted', () => {
    test('is gone for all, and its producer is shut out, of a later run of that name too', async ({
      store,
      other,
    }) => {
      const log = store.open('run');
      const claim = await log.claim(LONG);
      const { id } = await log.append('one', { term: claim?.term, idempotencyKey: 'key' });
      await other.open('run').delete();
      expect((await log.state()).status).toBe('missing');
      expect(await codeOf(async () => log.append('late', { term: claim?.term }))).toBe('FENCED');
      expect(await codeOf(async () => claim?.renew())).toBe('FENCED');
      const next = await other.open('run').claim(LONG);
      expect([next?.attempt, next?.resumed]).toEqual([1, false]);
      expect(await codeOf(async () => log.append('late', { term: claim?.term }))).toBe('FENCED');
      await claim?.release();
      await other.open('run').append('two', { term: next?.term, idempotencyKey: 'key' });
      const page = await log.read('', { limit: 10 });
      expect([page.gap, dataOf(page)]).toEqual([false, ['two']]);
      expect((await log.read(id, { limit: 10 })).gap).toBe(true);
    });
  });

  describe('a store that is opened again', () => {
    test('has its runs as they were: their ids, their producer, their ends, their keys', async ({
      store,
      reopen,
    }) => {
      if (!reopen) return;
      const log = store.open('running');
      const claim = await log.claim(LONG);
      const { id } = await log.append(
        { type: 't', data: 'a\nb', comment: 'c' },
        { term: claim?.term, idempotencyKey: 'k' },
      );
      const ended = store.open('ended');
      await end(ended, await ended.claim(LONG), { outcome: 'done' });
      const before = [await log.read('', { limit: 10 }), await ended.read('', { limit: 10 })];
      const again = await reopen();
      const after = [
        await again.open('running').read('', { limit: 10 }),
        await again.open('ended').read('', { limit: 10 }),
      ];
      expect(after).toEqual(before);
      expect((await again.open('ended').state()).status).toBe('ended');
      expect(await again.open('running').claim(LONG)).toBe(undefined);
      const same = await again.open('running').append('x', { term: claim?.term, idempotencyKey: 'k' });
      expect(same.id).toBe(id);
      await again.open('running').append('2', { term: claim?.term });
      expect(dataOf(await again.open('running').read(id, { limit: 10 }))).toEqual(['2']);
    });
  });
}
