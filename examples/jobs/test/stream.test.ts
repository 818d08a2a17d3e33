import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followEvents } from './support/follow-events';
import { postJson, type Server, startServer } from './support/server';
import { makeTree, type Tree } from './support/tree';

let tree: Tree;
let server: Server;

beforeAll(async () => {
  tree = makeTree();
  server = await startServer({ JOBS_ROOT: tree.path });
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  tree?.[Symbol.dispose]();
});

async function start(body: object): Promise<string> {
  const response = await postJson(`${server.url}/jobs`, body);
  expect(response.status).toBe(201);
  const job = (await response.json()) as { id: string };
  expect(response.headers.get('location')).toBe(`/jobs/${job.id}`);
  return job.id;
}

const steps = (events: ReadonlyArray<{ type: string; data: { id: string; step: number } }>, id: string) =>
  events.filter(({ type, data }) => type === 'job.progress' && data.id === id).map(({ data }) => data.step);

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

describe('GET /jobs', () => {
  it('tells a job with defaults in typed events: at least twenty of progress over at least five seconds', async () => {
    using follower = followEvents(`${server.url}/jobs`);
    await follower.until(() => follower.opened === 1);
    const began = performance.now();
    const id = await start({});
    await follower.when(({ type, data }) => type === 'job.finished' && data.id === id);
    expect(performance.now() - began).toBeGreaterThan(5000);

    const own = follower.events.filter(({ data }) => data.id === id);
    expect(own[0]).toMatchObject({
      type: 'job.started',
      data: { folder: '.', compression: 'gzip', level: 6 },
    });
    expect(own.at(-1)?.type).toBe('job.finished');
    const progress = own.slice(1, -1);
    expect(progress.length).toBeGreaterThanOrEqual(20);
    expect(new Set(progress.map(({ type }) => type))).toEqual(new Set(['job.progress']));
    const percents = progress.map(({ data }) => data.percent);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
    expect(progress.at(-1)?.data).toMatchObject({ doneFiles: 45, totalFiles: 45 });
    expect(new Set(own.map((event) => event.id)).size).toBe(own.length);
  });

  it('gives who comes without an id the present state, then what happens', async () => {
    const finished = await start({ folder: 'numbers', pace: 0 });
    using first = followEvents(`${server.url}/jobs`);
    await first.when(
      ({ type, data }) => /finished|state/.test(type) && data.id === finished && data.result !== undefined,
    );

    const running = await start({ pace: 50 });
    await first.when(({ type, data }) => type === 'job.progress' && data.id === running && data.step === 10);
    using second = followEvents(`${server.url}/jobs`);
    await second.when(({ type, data }) => type === 'job.finished' && data.id === running);

    const states = second.events.filter(({ type }) => type === 'job.state');
    expect(second.events.slice(0, states.length)).toEqual(states);
    expect(states.map(({ id }) => id)).toEqual(states.map(() => ''));
    expect(states.find(({ data }) => data.id === finished)?.data).toMatchObject({ status: 'finished' });
    const state = states.find(({ data }) => data.id === running)?.data;
    expect(state).toMatchObject({ status: 'running' });
    // The state and what follows it fit without a seam.
    expect(steps(second.events, running)).toEqual(upTo(40).slice(state.progress.step));
  });

  it('goes on after a cut with nothing lost and nothing twice', async () => {
    using follower = followEvents(`${server.url}/jobs?client=cut-me`);
    using bystander = followEvents(`${server.url}/jobs?client=leave-me`);
    await Promise.all([follower, bystander].map((one) => one.until(() => one.opened === 1)));
    const id = await start({ pace: 40 });
    for (const [cut, step] of [5, 15, 25].entries()) {
      await follower.when(
        ({ type, data }) => type === 'job.progress' && data.id === id && data.step === step,
      );
      const response = await postJson(`${server.url}/cut`, { client: 'cut-me' });
      expect(await response.json()).toEqual({ cut: 1 });
      await follower.until(() => follower.opened === cut + 2);
    }
    await follower.when(({ type, data }) => type === 'job.finished' && data.id === id);
    await bystander.when(({ type, data }) => type === 'job.finished' && data.id === id);
    expect(steps(follower.events, id)).toEqual(upTo(40));
    expect(follower.gaps).toEqual([]);
    expect(bystander.opened).toBe(1);
    const after = (events: typeof follower.events) => events.filter(({ data }) => data.id === id);
    expect(after(follower.events)).toEqual(after(bystander.events));
  });

  it('gives who comes with an id exactly what followed it', async () => {
    using all = followEvents(`${server.url}/jobs`);
    const id = await start({ folder: 'numbers', pace: 0 });
    await all.when(({ type, data }) => type === 'job.finished' && data.id === id);
    const known = all.events.findIndex(({ type, data }) => type === 'job.progress' && data.id === id);
    using late = followEvents(`${server.url}/jobs`, all.events[known]?.id);
    await late.when(({ type, data }) => type === 'job.finished' && data.id === id);
    expect(late.events).toEqual(all.events.slice(known + 1));
  });

  it('tells who comes with an id from before a restart that there is a gap, and gives the present state', async () => {
    const id = await start({ folder: 'numbers', pace: 0 });
    using follower = followEvents(`${server.url}/jobs`, 'of-another-server.7');
    await follower.when(({ type, data }) => type === 'job.state' && data.id === id);
    expect(follower.gaps).toEqual(['of-another-server.7']);
  });

  it('refuses a name that POST /cut would refuse', async () => {
    const response = await fetch(`${server.url}/jobs?client=${encodeURIComponent('no spaces')}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { field: 'client' } });
  });
});
