import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../scripts/free-port.mjs';
import { followEvents } from './support/follow-events';
import { nodeWithoutSqlite, nodeWithSqlite } from './support/nodes';
import { built, Child, postJson, type Server, startServer } from './support/server';
import { makeTree, type Tree } from './support/tree';

let tree: Tree;
let folder: string;

beforeAll(() => {
  tree = makeTree();
  folder = mkdtempSync(join(tmpdir(), 'eventwire-jobs-log-'));
});

afterAll(() => {
  tree?.[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function start({ url }: Server, body: object): Promise<string> {
  const response = await postJson(`${url}/jobs`, body);
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

const node = nodeWithSqlite();

describe.skipIf(node === undefined)('a restart of a server whose events are in SQLite', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'in the middle of jobs, by %s, loses nothing and repeats nothing for its clients',
    async (signal) => {
      const database = join(folder, `${signal}.db`);
      const env = { JOBS_ROOT: tree.path, JOBS_DATABASE: database, PORT: String(await freePort()) };
      await using first = await startServer(env, node);
      await first.prints(/Events are kept {3}in SQLite \(.+\.db\)/);
      using follower = followEvents(`${first.url}/jobs`);
      await follower.until(() => follower.opened === 1);
      const finished = await start(first, { folder: 'numbers', pace: 0 });
      await follower.when(({ type, data }) => type === 'job.finished' && data.id === finished);
      // Two run, and one waits.
      const [cut, waiting] = [await start(first, { pace: 50 }), [] as string[]];
      for (let i = 0; i < 2; i++) waiting.push(await start(first, { pace: 50 }));
      await follower.when(({ type, data }) => type === 'job.progress' && data.id === cut && data.step === 10);
      await first.stop(signal);

      await using second = await startServer(env, node);
      for (const id of [cut, ...waiting]) {
        const failed = await follower.when(({ type, data }) => type === 'job.failed' && data.id === id);
        expect(failed.data.reason).toBe('the server was stopped before the job was over');
      }
      const next = await start(second, { folder: 'numbers', pace: 0 });
      await follower.when(({ type, data }) => type === 'job.finished' && data.id === next);

      // Each event of the log once, in order.
      expect(follower.gaps).toEqual([]);
      const epoch = follower.events[0]?.id.replace(/\d+$/, '');
      expect(follower.events.map(({ id }) => id)).toEqual(
        upTo(follower.events.length).map((seq) => `${epoch}${seq}`),
      );
      const own = follower.events.filter(({ data }) => data.id === cut);
      const steps = own.filter(({ type }) => type === 'job.progress').map(({ data }) => data.step);
      expect(steps).toEqual(upTo(steps.length));
      expect(own.map(({ type }) => type)).toEqual([
        'job.started',
        ...steps.map(() => 'job.progress'),
        'job.failed',
      ]);

      // The board is that of before, and a newcomer gets it.
      using newcomer = followEvents(`${second.url}/jobs`);
      await newcomer.when(({ data }) => data.id === next);
      const state = (id: string) => newcomer.events.find(({ data }) => data.id === id)?.data;
      expect(newcomer.events.map(({ type, data }) => [type, data.id])).toEqual(
        [finished, cut, ...waiting, next].map((id) => ['job.state', id]),
      );
      expect(state(finished)).toMatchObject({ status: 'finished', result: { files: 40 } });
      expect(state(cut)).toMatchObject({ status: 'failed', progress: { step: steps.length } });
      expect(await (await fetch(`${second.url}/jobs/${cut}`)).json()).toEqual(state(cut));
    },
  );

  it('does not make a later job of `follow --start --once` fail', async () => {
    const env = { JOBS_ROOT: tree.path, JOBS_DATABASE: join(folder, 'once.db') };
    await using first = await startServer(env, node);
    await start(first, {});
    await first.stop('SIGKILL');
    await using second = await startServer(env, node);
    await using child = new Child(built('follow.js'), [String(second.port), '--start', '--once']);
    const { code, stdout } = await child.ended;
    expect(stdout).toMatch(/failed: the server was stopped[\s\S]*finished/);
    expect(code).toBe(0);
  });

  it('says in one line what is wrong with the file', async () => {
    const file = join(folder, 'text.db');
    writeFileSync(file, 'This is a text, which is not a database at all. '.repeat(100));
    await using child = new Child(built('server.js'), [], { PORT: '0', JOBS_DATABASE: file }, node);
    const { code, stdout, stderr } = await child.ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^Cannot start: .*text\.db.* is no SQLite database .*\n$/);
  });
});

describe('a restart of a server whose events are in memory', () => {
  it('is a gap, and not a wrong resume', async () => {
    const env = {
      JOBS_ROOT: tree.path,
      JOBS_DATABASE: join(folder, 'unused.db'),
      PORT: String(await freePort()),
    };
    await using first = await startServer(env, nodeWithoutSqlite);
    await first.prints(/Events are kept {3}in memory, which a restart empties: take Node 22\.13 or newer/);
    using follower = followEvents(`${first.url}/jobs`);
    await follower.until(() => follower.opened === 1);
    const cut = await start(first, { pace: 50 });
    await follower.when(({ type }) => type === 'job.progress');
    await first.stop('SIGKILL');
    const { lastEventId } = follower.stream;

    await using second = await startServer(env, nodeWithoutSqlite);
    await follower.until(() => follower.gaps.length > 0);
    expect(follower.gaps).toEqual([lastEventId]);
    expect((await fetch(`${second.url}/jobs/${cut}`)).status).toBe(404);
  });
});

it('A server whose port the system chooses keeps its events in memory', async () => {
  await using server = await startServer();
  await server.prints(/Events are kept {3}in memory, since the port changes\n/);
});
