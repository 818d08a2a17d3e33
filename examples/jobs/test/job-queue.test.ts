import { describe, expect, it } from 'vitest';
import type { JobSettings } from '../src/job';
import { JobQueue, QueueFullError } from '../src/job-queue';

const settings: JobSettings = { folder: '.', compression: 'gzip', level: 6, pace: 0 };

/** A worker made of one line. */
const script = (source: string) => new URL(`data:text/javascript,${encodeURIComponent(source)}`);

interface Told {
  type: string;
  data: { id: string; reason?: string };
}

function makeQueue(source: string, options: { maxRunning?: number; maxQueued?: number } = {}) {
  const told: Told[] = [];
  let wake = () => {};
  const queue = new JobQueue({
    root: '/',
    worker: script(source),
    publish: (type, data) => {
      told.push({ type, data });
      wake();
    },
    ...options,
  });
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      wake = () => holds() && resolve();
      wake();
    });
  return { queue, told, until };
}

const result = `{ type: 'finished', result: { files: 0 } }`;

describe('JobQueue', () => {
  it.each([
    ['throws', "throw new Error('the disk is on fire')", /the disk is on fire/],
    ['rejects', "await Promise.reject(new Error('later'))", /later/],
    ['throws what is no Error', "throw 'text'", /text/],
    ['exits', 'process.exit(3)', /stopped with code 3/],
    ['ends without a result', '', /stopped with code 0/],
    ['does not parse', '}', /Unexpected token/],
  ])('fails a job whose worker %s, once, and goes on with the next', async (_what, source, reason) => {
    const { queue, told, until } = makeQueue(source, { maxRunning: 1 });
    const jobs = [queue.add(settings), queue.add(settings)];
    await until(() => told.filter(({ type }) => type === 'job.failed').length === 2);
    expect(told.map(({ type }) => type)).toEqual([
      'job.started',
      'job.queued',
      'job.failed',
      'job.started',
      'job.failed',
    ]);
    expect(told.filter(({ type }) => type === 'job.failed').map(({ data }) => data.id)).toEqual(
      jobs.map(({ id }) => id),
    );
    expect(told.at(-1)?.data.reason).toMatch(reason);
    await queue.close();
  });

  it('does not fail a job whose worker fails after its result', async () => {
    const source = `import { parentPort } from 'node:worker_threads';
      parentPort.postMessage(${result}); setTimeout(() => { throw new Error('late') }, 5);`;
    const { queue, told, until } = makeQueue(source, { maxRunning: 1 });
    queue.add(settings);
    queue.add(settings);
    await until(() => told.filter(({ type }) => type === 'job.finished').length === 2);
    expect(told.some(({ type }) => type === 'job.failed')).toBe(false);
    await queue.close();
  });

  it('runs a few, keeps a few waiting, and refuses more', async () => {
    const { queue, told } = makeQueue('setInterval(() => {}, 1000)', { maxRunning: 2, maxQueued: 1 });
    expect([1, 2, 3].map(() => queue.add(settings).status)).toEqual(['running', 'running', 'queued']);
    expect(() => queue.add(settings)).toThrow(QueueFullError);
    await queue.close();
    // Closing is not a failure: who follows comes back to the next server.
    expect(told.map(({ type }) => type)).toEqual(['job.started', 'job.started', 'job.queued']);
  });
});
