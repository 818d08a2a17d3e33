import type { EventInput } from '@eventwire/encoder';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createChannel,
  createMemoryRunStore,
  createRuns,
  type LoggedEvent,
  type RunContext,
  type RunStore,
  type RunsOptions,
} from '../../src/index';
import { changed } from '../helpers/changed-store';
import { deferred, settled } from '../helpers/helpers';
import { RunFollower } from './run-follower';

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});

function runsOf(options: RunsOptions = {}) {
  const runs = createRuns({ onError: (error) => expect.soft(error).toBe('no error'), ...options });
  opened.push(runs);
  return runs;
}

async function* words(...texts: EventInput[]) {
  yield* texts;
}

async function textsOf(events: AsyncIterable<LoggedEvent>): Promise<unknown[]> {
  const texts: unknown[] = [];
  for await (const { event } of events) texts.push(event.data);
  return texts;
}

const endOf = (follower: RunFollower) => follower.blocks.find(({ type }) => type === 'eventwire:end');
const over = (follower: RunFollower) => vi.waitUntil(() => follower.signal.aborted, { timeout: 10_000 });

describe('start', () => {
  it('runs a work to its end, whoever reads it', async () => {
    const runs = runsOf();
    const { started, done } = await runs.start('answer', () => words('one', 'two'));
    expect(started).toBe(true);
    const state = await done;
    expect(state).toEqual({ status: 'ended', outcome: 'done', lastId: expect.any(String) });
    expect(await runs.state('answer')).toEqual(state);
    expect(await textsOf(runs.read('answer'))).toEqual(['one', 'two']);
  });

  it('has a run as soon as it resolves, before the first event', async () => {
    const runs = runsOf();
    const gate = deferred();
    await runs.start('answer', async () => gate.promise);
    expect(await runs.state('answer')).toEqual({ status: 'running', lastId: expect.any(String) });
    gate.resolve();
  });

  it('elects one of fifty calls at once, in two processes', async () => {
    const store = createMemoryRunStore();
    const processes = [runsOf({ store }), runsOf({ store })];
    let works = 0;
    const work = () => {
      works++;
      return words('once');
    };
    const starts = await Promise.all(
      Array.from({ length: 50 }, (_, n) => processes[n % 2]?.start('answer', work)),
    );
    expect(starts.filter((start) => start?.started).length).toBe(1);
    const states = await Promise.all(starts.map((start) => start?.done));
    expect(new Set(states.map((state) => JSON.stringify(state))).size).toBe(1);
    expect(works).toBe(1);
    expect(await textsOf(runsOf({ store }).read('answer'))).toEqual(['once']);
  });

  it('takes events of a function that writes, each resolving with its id', async () => {
    const runs = runsOf();
    const ids: string[] = [];
    const { done } = await runs.start('job', async (run) => {
      ids.push(await run.write('one'), await run.write({ type: 't', data: 'two' }));
    });
    await done;
    const events: LoggedEvent[] = [];
    for await (const event of runs.read('job')) events.push(event);
    expect(events.map(({ id, event }) => [id, event.type, event.data])).toEqual([
      [ids[0], undefined, 'one'],
      [ids[1], 't', 'two'],
    ]);
  });

  it('gives a work members that can be taken out of its run', async () => {
    const runs = runsOf();
    const { done } = await runs.start('job', async ({ write, previous, attempt, signal }) => {
      await write('one');
      expect(await textsOf(previous())).toEqual(['one']);
      expect([attempt, signal.aborted]).toEqual([1, false]);
    });
    expect(await done).toMatchObject({ outcome: 'done' });
  });

  it('refuses an option of `write` that it does not know, and writes nothing', async () => {
    const runs = runsOf();
    const { done } = await runs.start('job', async ({ write }) => {
      const options = { idempotencykey: '1' } as object;
      await expect(write('one', options)).rejects.toMatchObject({ option: 'idempotencykey' });
    });
    expect(await done).toMatchObject({ outcome: 'done' });
    expect(await textsOf(runs.read('job'))).toEqual([]);
  });

  it('waits for what a function has not waited for, before the end', async () => {
    const runs = runsOf({ store: slowStore(createMemoryRunStore()) });
    const { done } = await runs.start('job', async (run) => {
      for (const text of ['1', '2', '3']) run.write(text);
    });
    await done;
    expect(await textsOf(runs.read('job'))).toEqual(['1', '2', '3']);
  });

  it('adds an event once under its key', async () => {
    const runs = runsOf();
    const { done } = await runs.start('job', async (run) => {
      const id = await run.write('one', { idempotencyKey: '1' });
      expect(await run.write('one', { idempotencyKey: '1' })).toBe(id);
    });
    await done;
    expect(await textsOf(runs.read('job'))).toEqual(['one']);
  });

  it('ends a run as failed if its work throws, and keeps what it had written', async () => {
    const errors: unknown[] = [];
    const runs = runsOf({ onError: (error) => errors.push(error) });
    const failure = new Error('secret');
    const works = {
      generator: async function* () {
        yield 'one';
        throw failure;
      },
      function: async (run: RunContext) => {
        await run.write('one');
        throw failure;
      },
      call: () => {
        throw failure;
      },
    };
    for (const [name, work] of Object.entries(works)) {
      const { done } = await runs.start(name, work);
      // The client is not told why: the message may hold a secret.
      expect(await done).toEqual({ status: 'ended', outcome: 'failed', lastId: expect.any(String) });
      expect(await textsOf(runs.read(name))).toEqual(name === 'call' ? [] : ['one']);
    }
    expect(errors).toEqual([failure, failure, failure]);
  });

  it('ends a run as failed at an event that cannot be taken', async () => {
    const errors: unknown[] = [];
    const runs = runsOf({ onError: (error) => errors.push(error) });
    for (const refused of [{ type: 'eventwire:end', data: '{}' }, { id: '1', data: 'x' }, { type: 'a\nb' }]) {
      const { done } = await runs.start(JSON.stringify(refused), () => words('one', refused, 'two'));
      expect(await done).toMatchObject({ outcome: 'failed' });
      expect(await textsOf(runs.read(JSON.stringify(refused)))).toEqual(['one']);
    }
    expect(errors).toMatchObject([
      { code: 'RESERVED_TYPE' },
      { code: 'ID_NOT_ALLOWED' },
      { code: 'INVALID_TYPE' },
    ]);
  });

  it('refuses what is no source of events', async () => {
    const errors: unknown[] = [];
    const runs = runsOf({ onError: (error) => errors.push(error) });
    const { done } = await runs.start('job', () => 'text' as never);
    expect(await done).toMatchObject({ outcome: 'failed' });
    expect(errors).toMatchObject([{ code: 'INVALID_SOURCE' }]);
  });

  it.each<[string, EventInput]>([
    ['a text', 'x'.repeat(10_000)],
    ['an event', { data: 'x'.repeat(10_000) }],
    ['an event in pieces', { data: ['x'.repeat(4000), 'x'.repeat(6000)] }],
  ])('asks a source for no more than 64 KiB beyond what is stored: %s', async (_, event) => {
    const gate = deferred();
    const store = changed(createMemoryRunStore(), (log) => ({
      append: async (...args) => {
        await gate.promise;
        return log.append(...args);
      },
    }));
    const runs = runsOf({ store });
    let pulled = 0;
    const { done } = await runs.start('job', function* () {
      for (; pulled < 100; pulled++) yield event;
    });
    await settled();
    await settled();
    expect(pulled).toBe(6);
    gate.resolve();
    await done;
    expect(pulled).toBe(100);
  });

  it('starts anew under the name of a run that was deleted, and not under that of one that has ended', async () => {
    const runs = runsOf();
    await (await runs.start('job', () => words('one'))).done;
    const again = await runs.start('job', () => words('two'));
    expect(again.started).toBe(false);
    expect(await again.done).toMatchObject({ outcome: 'done' });
    await runs.delete('job');
    expect(await runs.state('job')).toEqual({ status: 'missing' });
    await (await runs.start('job', () => words('two'))).done;
    expect(await textsOf(runs.read('job'))).toEqual(['two']);
  });

  it('gives waitUntil a promise that settles with the run and never rejects', async () => {
    const kept: Promise<unknown>[] = [];
    const runs = runsOf({ onError: () => {}, waitUntil: (work) => kept.push(work) });
    await runs.start('job', async () => {
      throw new Error('failed');
    });
    expect(await kept[0]).toMatchObject({ outcome: 'failed' });
  });

  it('tells how many works run, and how they end', async () => {
    const metrics: [string, number][] = [];
    const runs = runsOf({ onMetric: (metric, change) => metrics.push([metric, change]) });
    await (await runs.start('job', () => words('one'))).done;
    await settled();
    expect(metrics).toEqual([
      ['started', 1],
      ['running', 1],
      ['running', -1],
      ['done', 1],
    ]);
  });
});

describe('follow', () => {
  it('has a subscriber of somebody else’s once, from before it is known whether there is a run', async () => {
    const runs = runsOf();
    const follower = new RunFollower();
    const subscription = runs.follow(follower, 'job');
    expect(() => runs.follow(follower, 'other')).toThrow(
      expect.objectContaining({ code: 'ALREADY_SUBSCRIBED' }),
    );
    expect(() => createChannel().subscribe(follower)).toThrow('follows a run already');
    subscription.close();
    runs.follow(follower, 'other');
    await over(follower);
    expect(follower.response?.status).toBe(404);
  });

  it('lets go of a subscriber of somebody else’s that leaves before it is known whether there is a run', async () => {
    const store = createMemoryRunStore();
    const gate = deferred();
    const open = (name: string) => {
      const log = store.open(name);
      const state = log.state.bind(log);
      return Object.assign(log, { state: () => gate.promise.then(state) });
    };
    const runs = runsOf({ store: { ...store, open } });
    const follower = new RunFollower();
    const subscription = runs.follow(follower, 'job');
    follower.close();
    await subscription.closed;
    gate.resolve();
    await settled();
    expect(follower.response).toBeUndefined();
  });

  it('gives a client without an id all events from the first, then the end, and closes', async () => {
    const runs = runsOf();
    const gate = deferred();
    const { done } = await runs.start('job', async function* () {
      yield 'one';
      await gate.promise;
      yield 'two';
    });
    const early = new RunFollower();
    const subscription = runs.follow(early, 'job');
    expect(early.held).toBe(true);
    await vi.waitUntil(() => early.texts.length === 1);
    expect(early.held).toBe(false);
    gate.resolve();
    await done;
    await over(early);
    await subscription.closed;
    const late = new RunFollower();
    runs.follow(late, 'job');
    await over(late);
    for (const follower of [early, late]) {
      expect(follower.texts).toEqual(['one', 'two']);
      expect(endOf(follower)?.data).toBe('{"outcome":"done"}');
      expect(follower.cursor).toBe(((await runs.state('job')) as { lastId: string }).lastId);
      // Each event has its id, and nothing comes twice.
      expect(follower.blocks.map(({ type }) => type)).toEqual(['message', 'message', 'eventwire:end']);
    }
    expect(early.frames.join('')).toBe(late.frames.join(''));
  });

  it('goes on behind the id of a client that comes back, whether the run has ended or not', async () => {
    const runs = runsOf();
    const gate = deferred();
    const { done } = await runs.start('job', async function* () {
      yield* ['1', '2', '3'];
      await gate.promise;
      yield* ['4', '5'];
    });
    const first = new RunFollower();
    runs.follow(first, 'job');
    await vi.waitUntil(() => first.texts.length === 3);
    const second = first.blocks[1]?.id ?? '';
    const back = new RunFollower(second);
    runs.follow(back, 'job');
    await vi.waitUntil(() => back.texts.length === 1);
    gate.resolve();
    await done;
    const late = new RunFollower(second);
    runs.follow(late, 'job');
    for (const follower of [back, late]) {
      await over(follower);
      expect(follower.texts).toEqual(['3', '4', '5']);
      expect(endOf(follower)).toBeDefined();
    }
  });

  it('answers 204 to a client that has the end, and 404 where there is no such run', async () => {
    const runs = runsOf();
    const state = await (await runs.start('job', () => words('one'))).done;
    const done = new RunFollower((state as { lastId: string }).lastId);
    await runs.follow(done, 'job').closed;
    expect(done.response).toEqual({ status: 204 });
    const now = new RunFollower();
    await runs.follow(now, 'job', { from: 'now' }).closed;
    expect(now.response).toEqual({ status: 204 });
    const lost = new RunFollower();
    await runs.follow(lost, 'elsewhere').closed;
    expect(lost.response).toMatchObject({ status: 404 });
    for (const { frames } of [done, now, lost]) expect(frames).toEqual([]);
  });

  it('says end, where the head has gone out already, to a client that is to stay away', async () => {
    const runs = runsOf();
    const late = new RunFollower();
    late.hold = () => false;
    await runs.follow(late, 'elsewhere').closed;
    expect(late.ended).toBe(true);
  });

  it('begins with what comes, if asked to', async () => {
    const runs = runsOf();
    const gate = deferred();
    const { done } = await runs.start('job', async function* () {
      yield 'one';
      await gate.promise;
      yield 'two';
    });
    await vi.waitUntil(async () => (await textsOfStored(runs, 'job')).length === 1);
    const follower = new RunFollower();
    runs.follow(follower, 'job', { from: 'now' });
    await vi.waitUntil(() => follower.blocks.length === 1);
    gate.resolve();
    await done;
    await over(follower);
    expect(follower.texts).toEqual(['two']);
  });

  it('waits for the first event of a run that has none', async () => {
    const runs = runsOf();
    const gate = deferred();
    await runs.start('job', async function* () {
      await gate.promise;
      yield 'one';
    });
    const followers = [new RunFollower(), new RunFollower()];
    for (const follower of followers) runs.follow(follower, 'job');
    await settled();
    gate.resolve();
    for (const follower of followers) {
      await over(follower);
      expect(follower.texts).toEqual(['one']);
    }
  });

  it('filters, but for the end', async () => {
    const runs = runsOf();
    await (await runs.start('job', () => words('a', 'b', 'a'))).done;
    const follower = new RunFollower();
    follower.context = 'b';
    runs.follow(follower, 'job', { filter: ({ event }, context) => event.data === context });
    await over(follower);
    expect(follower.texts).toEqual(['b']);
    expect(endOf(follower)).toBeDefined();
  });

  it('tells a client with an id of another life of the run about the gap', async () => {
    const runs = runsOf();
    const old = await (await runs.start('job', () => words('one'))).done;
    await runs.delete('job');
    await (await runs.start('job', () => words('two'))).done;
    const follower = new RunFollower((old as { lastId: string }).lastId);
    runs.follow(follower, 'job');
    await over(follower);
    expect(follower.blocks.map(({ type }) => type)).toEqual(['eventwire:gap', 'message', 'eventwire:end']);
  });

  it('leaves the end out of a stream without conventions, and closes it all the same', async () => {
    const runs = runsOf();
    const gate = deferred();
    const { done } = await runs.start('job', async function* () {
      yield 'one';
      await gate.promise;
      yield 'two';
    });
    const live = new RunFollower();
    live.conventions = false;
    runs.follow(live, 'job');
    await vi.waitUntil(() => live.texts.length === 1);
    gate.resolve();
    await done;
    const late = new RunFollower();
    late.conventions = false;
    runs.follow(late, 'job');
    for (const follower of [live, late]) {
      await over(follower);
      expect(follower.blocks.map(({ type }) => type)).toEqual(['message', 'message']);
    }
  });

  it('gives a slow client everything, at its own pace', async () => {
    const runs = runsOf();
    const follower = new RunFollower();
    follower.stuck = true;
    const texts = Array.from({ length: 200 }, (_, n) => `${n} ${'x'.repeat(1000)}`);
    const gate = deferred();
    const { done } = await runs.start('job', async function* () {
      yield 'first';
      await gate.promise;
      yield* texts;
    });
    runs.follow(follower, 'job');
    await vi.waitUntil(() => follower.texts.length === 1);
    gate.resolve();
    await done;
    while (!follower.signal.aborted) {
      follower.drain();
      await settled();
    }
    expect(follower.texts).toEqual(['first', ...texts]);
    expect(endOf(follower)).toBeDefined();
    expect(follower.overrun).toBe(false);
  });

  it('gives newcomers of a run that has ended its snapshot, and everybody else the events', async () => {
    const snapshot = vi.fn(async (events: AsyncIterable<LoggedEvent>) => [
      { type: 'text', data: (await textsOf(events)).join(' ') },
    ]);
    const runs = runsOf({ snapshot });
    const gate = deferred();
    const { done } = await runs.start('job', async function* () {
      yield* ['1', '2', '3'];
      await gate.promise;
    });
    const live = new RunFollower();
    runs.follow(live, 'job');
    await vi.waitUntil(() => live.texts.length === 3);
    expect(snapshot).not.toHaveBeenCalled();
    gate.resolve();
    const state = await done;
    await over(live);
    const newcomer = new RunFollower();
    runs.follow(newcomer, 'job');
    await over(newcomer);
    const { lastId } = state as { lastId: string };
    expect(newcomer.blocks).toEqual([
      { type: 'text', id: undefined, data: '1 2 3' },
      { type: 'eventwire:end', id: lastId, data: '{"outcome":"done"}' },
    ]);
    const back = new RunFollower(live.blocks[0]?.id);
    runs.follow(back, 'job');
    await over(back);
    expect(back.texts).toEqual(['2', '3']);
  });

  it('takes a snapshot whose events come one by one', async () => {
    const runs = runsOf({ snapshot: () => words('all', 'of it') });
    await (await runs.start('job', () => words('1', '2'))).done;
    const newcomer = new RunFollower();
    runs.follow(newcomer, 'job');
    await over(newcomer);
    expect(newcomer.texts).toEqual(['all', 'of it']);
    expect(endOf(newcomer)).toBeDefined();
  });

  it('leaves a stream alone whose subscription is closed within its snapshot', async () => {
    const runs = runsOf({ snapshot: () => ['all', 'of it'] });
    await (await runs.start('job', () => words('1', '2'))).done;
    const newcomer = new RunFollower();
    newcomer.stuck = true;
    const subscription = runs.follow(newcomer, 'job');
    await vi.waitUntil(() => newcomer.texts.length === 1);
    subscription.close();
    newcomer.drain();
    await settled();
    expect(newcomer.texts).toEqual(['all']);
    expect(newcomer.signal.aborted).toBe(false);
  });

  it('closes the streams of a run that is deleted, whose clients then get 404', async () => {
    const runs = runsOf();
    await runs.start('job', async function* (run) {
      yield 'one';
      await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
    });
    const follower = new RunFollower();
    runs.follow(follower, 'job');
    await vi.waitUntil(() => follower.texts.length === 1);
    await runs.delete('job');
    await over(follower);
    expect(follower.ended).toBe(false);
    const back = new RunFollower(follower.cursor);
    await runs.follow(back, 'job').closed;
    expect(back.response).toMatchObject({ status: 404 });
  });

  it('lets a client come back if the store fails', async () => {
    const errors: unknown[] = [];
    const store = createMemoryRunStore();
    const failure = new Error('disk full');
    const broken = changed(store, () => ({ state: () => Promise.reject(failure) }));
    const runs = runsOf({ store: broken, onError: (error) => errors.push(error) });
    const follower = new RunFollower();
    await runs.follow(follower, 'job').closed;
    expect(follower.signal.aborted).toBe(true);
    expect([follower.ended, follower.response]).toEqual([false, undefined]);
    expect(errors).toEqual([failure]);
  });
});

describe('stop', () => {
  it("aborts the work's signal, and ends the run with the reason", async () => {
    const runs = runsOf();
    const reasons: unknown[] = [];
    const { done } = await runs.start('job', async function* (run) {
      run.signal.addEventListener('abort', () => reasons.push(run.signal.reason));
      yield 'one';
      await new Promise(() => {});
    });
    const follower = new RunFollower();
    runs.follow(follower, 'job');
    await vi.waitUntil(() => follower.texts.length === 1);
    expect(await runs.stop('job', 'by the user')).toBe(true);
    expect(await done).toMatchObject({ outcome: 'stopped', reason: 'by the user' });
    expect(reasons).toMatchObject([{ code: 'STOPPED', message: 'The run was asked to stop: by the user' }]);
    await over(follower);
    expect(endOf(follower)?.data).toBe('{"outcome":"stopped","reason":"by the user"}');
    expect(await runs.stop('job')).toBe(false);
    expect(await runs.stop('elsewhere')).toBe(false);
  });

  it('is heard by the process that has the run', async () => {
    const store = createMemoryRunStore();
    const [here, there] = [runsOf({ store }), runsOf({ store })];
    const { done } = await here.start('job', async (run) => {
      await new Promise((resolve) => run.signal.addEventListener('abort', resolve));
      // Its last words.
      await run.write('stopped');
    });
    await settled();
    expect(await there.stop('job')).toBe(true);
    expect(await done).toMatchObject({ outcome: 'stopped' });
    expect(await textsOf(there.read('job'))).toEqual(['stopped']);
  });

  it('ends a run whose function does not listen, once a lease has passed', async () => {
    const runs = runsOf({ lease: 40 });
    const { done } = await runs.start('job', () => new Promise(() => {}));
    await runs.stop('job');
    expect(await done).toMatchObject({ outcome: 'stopped' });
  });

  it('reaches a work whose process was held up for longer than the lease, when the run was ended without it', async () => {
    const runs = runsOf({ lease: 400 });
    let signal: AbortSignal | undefined;
    const { done } = await runs.start('job', (run) => {
      signal = run.signal;
      return new Promise(() => {});
    });
    await settled();
    const late = performance.now() + 500;
    // As a process that computes, or was suspended: no timer runs.
    while (performance.now() < late);
    expect(await runs.stop('job')).toBe(true);
    expect(await done).toMatchObject({ outcome: 'stopped' });
    expect(signal?.reason).toMatchObject({
      code: 'STOPPED',
      message: 'The run was ended after its lease had run out: stop',
    });
  });

  it('is no affair of a reader that leaves', async () => {
    const runs = runsOf();
    const gate = deferred();
    let signal: AbortSignal | undefined;
    const { done } = await runs.start('job', async function* (run) {
      signal = run.signal;
      yield 'one';
      await gate.promise;
      yield 'two';
    });
    const follower = new RunFollower();
    runs.follow(follower, 'job');
    await vi.waitUntil(() => follower.texts.length === 1);
    follower.close();
    await settled();
    expect(signal?.aborted).toBe(false);
    gate.resolve();
    expect(await done).toMatchObject({ outcome: 'done' });
  });
});

describe('a producer that is gone', () => {
  /** A process that stops without a word: its appends and renewals do not reach the store any more. */
  function mortal(store: RunStore) {
    let dead = false;
    const never = new Promise<never>(() => {});
    const guard = <T>(call: () => T): T | Promise<never> => (dead ? never : call());
    const own = changed(store, (log) => ({
      append: (...args) => guard(() => log.append(...args)),
      state: () => guard(() => log.state()),
      claim: async (options) => {
        const claim = await guard(() => log.claim(options));
        return (
          claim && {
            ...claim,
            renew: () => guard(() => claim.renew()),
            release: () => guard(() => claim.release()),
          }
        );
      },
    }));
    return {
      store: own,
      kill: () => {
        dead = true;
      },
    };
  }

  it('leaves a run that ends as abandoned, seen by its followers and its readers', async () => {
    const store = createMemoryRunStore();
    const { store: own, kill } = mortal(store);
    const dying = createRuns({ store: own, lease: 60, onError: () => {} });
    const runs = runsOf({ store, lease: 60 });
    await dying.start('job', async function* () {
      yield 'one';
      await new Promise(() => {});
    });
    const follower = new RunFollower();
    runs.follow(follower, 'job');
    const reading = textsOf(runs.read('job'));
    await vi.waitUntil(() => follower.texts.length === 1);
    kill();
    await over(follower);
    expect(endOf(follower)?.data).toBe('{"outcome":"abandoned"}');
    expect(await reading).toEqual(['one']);
    expect(await runs.state('job')).toMatchObject({ status: 'ended', outcome: 'abandoned' });
  });

  it('is replaced by a call that stands by, whose work goes on behind what is stored', async () => {
    const store = createMemoryRunStore();
    const { store: own, kill } = mortal(store);
    const dying = createRuns({ store: own, lease: 400, onError: () => {} });
    const runs = runsOf({ store, lease: 400 });
    await dying.start('job', async function* () {
      yield* ['1', '2'];
      await new Promise(() => {});
    });
    const follower = new RunFollower();
    runs.follow(follower, 'job');
    await vi.waitUntil(() => follower.texts.length === 2);
    const { started, done } = await runs.start('job', async function* (run) {
      expect(run.attempt).toBe(2);
      const before = await textsOf(run.previous());
      yield* ['1', '2', '3', '4'].slice(before.length);
    });
    expect(started).toBe(false);
    kill();
    expect(await done).toMatchObject({ outcome: 'done' });
    await over(follower);
    expect(follower.texts).toEqual(['1', '2', '3', '4']);
  });

  it('writes nothing more if it comes back after another has taken over', async () => {
    const store = createMemoryRunStore();
    const log = store.open('job');
    const old = await log.claim({ lease: 300, ttl: 1000 });
    await vi.waitUntil(async () => (await log.claim({ lease: 10_000, ttl: 1000 })) !== undefined, {
      interval: 5,
    });
    await expect((async () => log.append('late', { term: old?.term }))()).rejects.toMatchObject({
      code: 'FENCED',
    });
    await expect(old?.renew()).rejects.toMatchObject({ code: 'FENCED' });
    await old?.release();
    expect(await log.claim({ lease: 10, ttl: 1000 })).toBe(undefined);
  });

  it('hears of it by its signal', async () => {
    const store = createMemoryRunStore();
    const runs = runsOf({ store, lease: 50 });
    const heard = deferred<unknown>();
    const { done } = await runs.start('job', async (run) => {
      run.signal.addEventListener('abort', () => heard.resolve(run.signal.reason));
      await heard.promise;
    });
    await store.open('job').delete();
    expect(await heard.promise).toMatchObject({ code: 'FENCED' });
    expect(await done).toEqual({ status: 'missing' });
  });

  it('does not give up a run that it has lost before its process is closed', async () => {
    const gate = deferred();
    const memory = createMemoryRunStore();
    let released = 0;
    const store = changed(memory, (log) => ({
      // The store has taken the event, and its reply is late.
      append: async (...args) => {
        const logged = log.append(...args);
        await gate.promise;
        return logged;
      },
      claim: async (options) => {
        const claim = await log.claim(options);
        const release = async () => {
          released++;
        };
        return claim && { ...claim, release };
      },
    }));
    const runs = runsOf({ store, lease: 50 });
    let signal: AbortSignal | undefined;
    await runs.start('job', async (run) => {
      signal = run.signal;
      await run.write('one');
    });
    await memory.open('job').delete();
    await vi.waitUntil(() => signal?.aborted);
    const closing = runs.close();
    gate.resolve();
    await closing;
    expect(released).toBe(0);
  });
});

describe('a store that fails', () => {
  it('ends the work, and the run as failed where that can still be written', async () => {
    const errors: unknown[] = [];
    const memory = createMemoryRunStore();
    const failure = Object.assign(new Error('disk full'), { code: 'UNAVAILABLE' });
    let failing = 2;
    const store = changed(memory, (log) => ({
      append: (...args) => {
        if (args[0] === 'one') return log.append(...args);
        if (failing-- > 0) return Promise.reject(failure);
        return log.append(...args);
      },
    }));
    const runs = runsOf({ store, onError: (error) => errors.push(error) });
    let heard: unknown;
    const { done } = await runs.start('job', async function* (run) {
      run.signal.addEventListener('abort', () => {
        heard = run.signal.reason;
      });
      yield 'one';
      yield 'two';
      await new Promise(() => {});
    });
    expect(await done).toMatchObject({ outcome: 'failed' });
    expect(heard).toBe(failure);
    expect(errors).toEqual([failure]);
    expect(await textsOf(runs.read('job'))).toEqual(['one']);
  });

  it('leaves the run failed, without a reason, if it is asked to stop only after that', async () => {
    const errors: unknown[] = [];
    const gate = deferred();
    const failure = new Error('disk full');
    const store = changed(createMemoryRunStore(), (log) => ({
      append: async (...args) => {
        if (args[0] === 'bad') throw failure;
        if (args[0] === 'slow') await gate.promise;
        return log.append(...args);
      },
    }));
    const runs = runsOf({ store, onError: (error) => errors.push(error) });
    let signal: AbortSignal | undefined;
    const { done } = await runs.start('job', async (run) => {
      signal = run.signal;
      run.write('slow');
      await run.write('bad');
    });
    await vi.waitUntil(() => signal?.aborted);
    expect(await runs.stop('job', 'by the user')).toBe(true);
    gate.resolve();
    expect(await done).toEqual({ status: 'ended', outcome: 'failed', lastId: expect.any(String) });
    expect(errors).toEqual([failure]);
  });
});

describe('read', () => {
  it('goes on behind an id, and ends with the run', async () => {
    const runs = runsOf();
    const gate = deferred();
    const { done } = await runs.start('job', async function* () {
      yield* ['1', '2'];
      await gate.promise;
      yield* ['3', '4'];
    });
    const seen: LoggedEvent[] = [];
    for await (const event of runs.read('job')) {
      seen.push(event);
      if (seen.length === 2) gate.resolve();
    }
    await done;
    expect(seen.map(({ event }) => event.data)).toEqual(['1', '2', '3', '4']);
    const after = seen[1]?.id ?? '';
    expect(await textsOf(runs.read('job', { after }))).toEqual(['3', '4']);
  });

  it('refuses a run that does not exist, and an id of another', async () => {
    const runs = runsOf();
    await expect(textsOf(runs.read('job'))).rejects.toMatchObject({ code: 'MISSING' });
    await (await runs.start('job', () => words('one'))).done;
    await expect(textsOf(runs.read('job', { after: 'x.1' }))).rejects.toMatchObject({ code: 'GAP' });
  });

  it('gives what is stored, and waits for nothing, if it is not to follow', async () => {
    const runs = runsOf();
    const stored = (after?: string) => textsOf(runs.read('job', { after, follow: false }));
    await expect(stored()).rejects.toMatchObject({ code: 'MISSING' });
    const gate = deferred();
    let write: RunContext['write'] | undefined;
    const { done } = await runs.start('job', async (run) => {
      write = run.write;
      await gate.promise;
    });
    expect(await stored()).toEqual([]);
    const count = 600;
    const ids = await Promise.all(Array.from({ length: count }, (_, n) => write?.(String(n)) ?? ''));
    expect(await stored()).toHaveLength(count);
    expect(await stored(ids[count - 3])).toEqual([String(count - 2), String(count - 1)]);
    expect(await stored(ids.at(-1))).toEqual([]);
    await expect(stored('x.1')).rejects.toMatchObject({ code: 'GAP' });
    let read = 0;
    for await (const { id } of runs.read('job', { follow: false })) {
      // Of what comes while it reads, it gives nothing: it would never end.
      await write?.('more');
      if (++read === count) expect(id).toBe(ids.at(-1));
    }
    expect(read).toBe(count);
    gate.resolve();
    const { lastId } = (await done) as { lastId: string };
    expect(await stored()).toHaveLength(2 * count);
    expect(await stored(lastId)).toEqual([]);
  });

  it('ends with its signal too if it is not to follow', async () => {
    const runs = runsOf();
    await (await runs.start('job', () => words('1', '2', '3'))).done;
    const abort = new AbortController();
    const seen: unknown[] = [];
    for await (const { event } of runs.read('job', { follow: false, signal: abort.signal })) {
      seen.push(event.data);
      abort.abort();
    }
    expect(seen).toEqual(['1']);
  });

  it('ends with its signal, and with the run that is deleted under it', async () => {
    const runs = runsOf();
    await runs.start('job', () => new Promise(() => {}));
    const abort = new AbortController();
    const [one, other] = [textsOf(runs.read('job', { signal: abort.signal })), textsOf(runs.read('job'))];
    await settled();
    abort.abort();
    expect(await one).toEqual([]);
    await runs.delete('job');
    expect(await other).toEqual([]);
  });

  it('ends with a signal that is aborted while the store is asked', async () => {
    const [asked, gate] = [deferred(), deferred()];
    const store = changed(createMemoryRunStore(), (log) => ({
      read: async (...args) => {
        asked.resolve();
        await gate.promise;
        return log.read(...args);
      },
    }));
    const runs = runsOf({ store });
    await runs.start('job', () => new Promise(() => {}));
    const abort = new AbortController();
    const reading = textsOf(runs.read('job', { signal: abort.signal }));
    await asked.promise;
    abort.abort();
    gate.resolve();
    expect(await reading).toEqual([]);
  });
});

describe('close', () => {
  it('gives works their signal, lets readers come back, and gives runs up to other processes at once', async () => {
    const store = createMemoryRunStore();
    const [stopping, staying] = [runsOf({ store }), runsOf({ store })];
    let reason: unknown;
    const first = await stopping.start('job', async function* (run) {
      run.signal.addEventListener('abort', () => {
        reason = run.signal.reason;
      });
      yield 'one';
      await new Promise(() => {});
    });
    const second = await staying.start('job', async function* (run) {
      yield `attempt ${run.attempt}`;
    });
    const follower = new RunFollower();
    stopping.follow(follower, 'job');
    await vi.waitUntil(() => follower.texts.length === 1);
    await stopping.close({ retry: [5, 5] });
    expect(reason).toMatchObject({ code: 'RUNS_CLOSED' });
    expect(await first.done).toMatchObject({ status: 'running' });
    expect([follower.ended, follower.signal.aborted]).toEqual([false, true]);
    expect(follower.frames.at(-1)).toBe('retry: 5\n\n');
    await expect(stopping.start('other', () => words())).rejects.toMatchObject({ code: 'RUNS_CLOSED' });
    // Nor is a run left behind that has no producer.
    expect(await staying.state('other')).toEqual({ status: 'missing' });
    const late = new RunFollower();
    await stopping.follow(late, 'job').closed;
    expect(late.signal.aborted).toBe(true);
    expect(await second.done).toMatchObject({ outcome: 'done' });
    expect(await textsOf(staying.read('job'))).toEqual(['one', 'attempt 2']);
  }, 20_000);

  it('lets a call that stands by go at once, even while it asks for the run', async () => {
    const lease = 600_000;
    const memory = createMemoryRunStore();
    await memory.open('job').claim({ lease, ttl: lease });
    const [asked, gate] = [deferred(), deferred()];
    let claims = 0;
    const store = changed(memory, (log) => ({
      claim: async (options) => {
        // The first is that of `start`, which finds the run taken.
        if (++claims === 2) {
          asked.resolve();
          await gate.promise;
        }
        return log.claim(options);
      },
    }));
    const runs = runsOf({ store, lease });
    const { started, done } = await runs.start('job', () => words('one'));
    expect(started).toBe(false);
    await asked.promise;
    await runs.close();
    gate.resolve();
    expect(await done).toMatchObject({ status: 'running' });
  });
});

describe('options', () => {
  it('are refused where they are wrong, with the way out', async () => {
    expect(() => createRuns({ leese: 1 } as never)).toThrow('Unknown option `leese`: did you mean `lease`?');
    expect(() => createRuns({ maxRuns: 1 } as never)).toThrow('createMemoryRunStore({ maxRuns })');
    expect(() => createRuns({ lease: 0 })).toThrow('Invalid option `lease`');
    expect(() => createMemoryRunStore({ maxRuns: 0 })).toThrow('Invalid option `maxRuns`');
    const runs = runsOf();
    const names = ['', 'a\nb', '\u0000', 'é'.repeat(257), '\uD800', 5 as never];
    for (const name of names) {
      await expect(runs.start(name, () => words())).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        option: 'name',
      });
      await expect(runs.stop(name)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
      expect(() => runs.follow(new RunFollower(), name)).toThrow('Invalid option `name`');
      expect(() => runs.read(name)).toThrow('Invalid option `name`');
    }
    await (await runs.start('é'.repeat(256), () => words())).done;
    await expect(runs.start('a', () => words(), { tll: 1 } as never)).rejects.toThrow('`ttl`');
    expect(() => runs.follow(new RunFollower(), 'a', { from: 'end' as never })).toThrow('`from`');
    expect(() => runs.read('a', { after: 1 as never })).toThrow('`after`');
    expect(() => runs.read('a', { follow: 0 as never })).toThrow('`follow`');
  });
});

function slowStore(store: RunStore): RunStore {
  return changed(store, (log) => {
    let last: Promise<unknown> = Promise.resolve();
    const append: typeof log.append = (event, options) => {
      const appended = last.then(settled).then(() => log.append(event, options));
      last = appended.catch(() => {});
      return appended;
    };
    return { append };
  });
}

async function textsOfStored(runs: ReturnType<typeof createRuns>, name: string): Promise<unknown[]> {
  const abort = new AbortController();
  const texts: unknown[] = [];
  setTimeout(() => abort.abort(), 20);
  for await (const { event } of runs.read(name, { signal: abort.signal })) texts.push(event.data);
  return texts;
}
