import type { Claim } from '@eventwire/server';
import { dataOf, LONG, type RunTools } from './run-tools';

const isClaim = (claim: Claim | undefined): claim is Claim => claim !== undefined;

/** Which producer has a run, and how it loses it. */
export function describeClaims({ describe, test, codeOf, until, end, expect }: RunTools): void {
  describe('a claim', () => {
    test('is given to one of fifty at once, in two processes', async ({ store, other }) => {
      const logs = Array.from({ length: 50 }, (_, n) => (n % 2 ? store : other).open('run'));
      const claims = (await Promise.all(logs.map((log) => log.claim(LONG)))).filter(isClaim);
      expect(claims.length).toBe(1);
      expect(claims.map(({ attempt, resumed }) => ({ attempt, resumed }))).toEqual([
        { attempt: 1, resumed: false },
      ]);
      expect((await other.open('run').state()).status).toBe('running');
    });

    test('makes the run, which is missing before', async ({ store, other }) => {
      const log = store.open('run');
      expect(await log.state()).toEqual({ status: 'missing' });
      expect(await codeOf(async () => log.lastId())).toBe('MISSING');
      expect(await codeOf(() => log.read('', { limit: 1 }))).toBe('MISSING');
      expect(await codeOf(async () => log.append('x'))).toBe('MISSING');
      expect(await codeOf(() => log.follow('', () => {}, new AbortController().signal))).toBe('MISSING');
      expect(await codeOf(async () => log.append('x', { term: 1 }))).toBe('FENCED');
      expect(await log.requestStop()).toBe(false);
      await log.delete();
      await log.claim(LONG);
      expect((await other.open('run').state()).status).toBe('running');
      expect(await other.open('run').read('', { limit: 1 })).toEqual({ events: [], gap: false });
      expect((await store.open('another run').state()).status).toBe('missing');
    });

    test('is not given while another holds, nor after the end', async ({ store, other }) => {
      const log = store.open('run');
      const claim = await log.claim(LONG);
      expect(await log.claim(LONG)).toBe(undefined);
      expect(await other.open('run').claim(LONG)).toBe(undefined);
      await end(log, claim);
      expect(await other.open('run').claim(LONG)).toBe(undefined);
    });

    test('is given at once after it was given up, and the old one is fenced', async ({ store, other }) => {
      const log = store.open('run');
      const first = await log.claim(LONG);
      await log.append('one', { term: first?.term });
      await first?.release();
      const second = await other.open('run').claim(LONG);
      expect([second?.attempt, second?.resumed]).toEqual([2, true]);
      expect(await codeOf(async () => log.append('late', { term: first?.term }))).toBe('FENCED');
      expect(await codeOf(() => end(log, first))).toBe('FENCED');
      expect(await codeOf(async () => first?.renew())).toBe('FENCED');
      await first?.release();
      expect(await store.open('run').claim(LONG)).toBe(undefined);
      await other.open('run').append('two', { term: second?.term });
      expect(dataOf(await log.read('', { limit: 10 }))).toEqual(['one', 'two']);
    });

    test('can be taken over after its lease has run out', async ({ store, other }) => {
      const log = store.open('run');
      const first = await log.claim({ lease: 300, ttl: 600_000 });
      await log.append('one', { term: first?.term });
      let second: Claim | undefined;
      await until(async () => {
        second = await other.open('run').claim(LONG);
        return second !== undefined;
      });
      expect(second?.attempt).toBe(2);
      expect(await codeOf(async () => log.append('late', { term: first?.term }))).toBe('FENCED');
      expect(dataOf(await other.open('run').read('', { limit: 10 }))).toEqual(['one']);
    });

    test('holds for as long as it is renewed, or events are added', async ({ store, other }) => {
      const [silent, busy] = [store.open('silent'), store.open('busy')];
      const options = { lease: 500, ttl: 600_000 };
      const [one, two] = [await silent.claim(options), await busy.claim(options)];
      const began = Date.now();
      while (Date.now() - began < 1500) {
        await one?.renew();
        await busy.append('x', { term: two?.term });
        expect(await other.open('silent').claim(LONG)).toBe(undefined);
        expect(await other.open('busy').claim(LONG)).toBe(undefined);
        await new Promise<void>((resolve) => setTimeout(resolve, 100));
      }
    });

    test('that nobody takes over ends the run as abandoned, with an end that all read', async ({
      store,
      other,
    }) => {
      const log = store.open('run');
      const claim = await log.claim({ lease: 100, ttl: 600_000 });
      await log.append('one', { term: claim?.term });
      const there = other.open('run');
      await until(async () => (await there.state()).status === 'ended');
      const state = await log.state();
      expect(state.status === 'ended' && state.outcome).toBe('abandoned');
      const { events, end: last } = await log.read('', { limit: 10 });
      expect(events.map(({ event }) => event.type)).toEqual([undefined, 'eventwire:end']);
      expect(JSON.parse(String(events.at(-1)?.event.data))).toEqual({ outcome: 'abandoned' });
      expect({ ...last }.outcome).toBe('abandoned');
      expect(state.status === 'ended' && state.lastId).toBe(events.at(-1)?.id);
      expect(await codeOf(async () => log.append('late', { term: claim?.term }))).toBe('ENDED');
      expect(await codeOf(async () => claim?.renew())).toBe('ENDED');
    });
  });

  describe('a stop', () => {
    test('is heard by the claim, whoever asks for it, with its reason', async ({ store, other }) => {
      for (const [name, asker] of [
        ['here', store],
        ['there', other],
      ] as const) {
        const log = store.open(name);
        const claim = await log.claim(LONG);
        expect(claim?.stop.aborted).toBe(false);
        expect(await asker.open(name).requestStop('enough')).toBe(true);
        await until(() => claim?.stop.aborted === true);
        expect(claim?.stop.reason).toBe('enough');
        const state = await log.state();
        expect(state.status === 'running' && state.stopping).toBe('enough');
        // Its last words, and the end.
        await log.append('bye', { term: claim?.term });
        await end(log, claim, { outcome: 'stopped', reason: 'enough' });
        expect(await asker.open(name).requestStop()).toBe(false);
      }
    });

    test('ends a run at once that nobody produces', async ({ store, other }) => {
      const log = store.open('run');
      const claim = await log.claim(LONG);
      await claim?.release();
      expect(await other.open('run').requestStop('enough')).toBe(true);
      const state = await log.state();
      expect(state.status === 'ended' && [state.outcome, state.reason]).toEqual(['stopped', 'enough']);
    });

    test('ends a run whose producer has died since', async ({ store, other }) => {
      const log = store.open('run');
      await log.claim({ lease: 300, ttl: 600_000 });
      await other.open('run').requestStop();
      await until(async () => (await log.state()).status === 'ended');
      const state = await log.state();
      expect(state.status === 'ended' && [state.outcome, state.reason]).toEqual(['stopped', undefined]);
    });
  });
}
