import { describe, expect, it } from 'vitest';
import type { Job, JobProgress, JobResult } from '../src/job';
import { JobBoard } from '../src/job-board';

const job = (id: string): Job => ({
  id,
  folder: '.',
  compression: 'gzip',
  level: 6,
  pace: 0,
  status: 'running',
});
const progress = (step: number): JobProgress => ({
  step,
  steps: 4,
  doneFiles: step,
  totalFiles: 4,
  bytesIn: step,
  bytesOut: step,
  file: 'a',
  percent: step * 25,
});
const result: JobResult = {
  files: 4,
  skipped: 0,
  bytesIn: 4,
  bytesOut: 4,
  ratio: 1,
  digest: '',
  duration: 1,
};

describe('JobBoard', () => {
  it('follows a job from its start to its end', () => {
    const board = new JobBoard();
    board.apply('job.queued', { ...job('a'), status: 'queued' });
    board.apply('job.started', job('a'));
    for (const step of [1, 2, 3, 4]) {
      expect(board.apply('job.progress', { id: 'a', ...progress(step) })).toMatchObject({
        missed: 0,
        repeated: false,
      });
    }
    expect(board.apply('job.finished', { id: 'a', result })).toMatchObject({ missed: 0, repeated: false });
    expect(board.get('a')).toEqual({ ...job('a'), status: 'finished', progress: progress(4), result });
  });

  it('counts what was missed and what came twice', () => {
    const board = new JobBoard();
    board.apply('job.started', job('a'));
    expect(board.apply('job.started', job('a'))).toMatchObject({ repeated: true });
    board.apply('job.progress', { id: 'a', ...progress(1) });
    expect(board.apply('job.progress', { id: 'a', ...progress(1) })).toMatchObject({
      missed: 0,
      repeated: true,
    });
    expect(board.apply('job.progress', { id: 'a', ...progress(3) })).toMatchObject({
      missed: 1,
      repeated: false,
    });
    expect(board.apply('job.finished', { id: 'a', result })).toMatchObject({ missed: 1, repeated: false });
    expect(board.apply('job.finished', { id: 'a', result })).toMatchObject({ repeated: true });
    expect(board.apply('job.progress', { id: 'a', ...progress(4) })).toMatchObject({ repeated: true });
    expect(board.get('a')?.status).toBe('finished');
  });

  it('goes on from a state in the middle', () => {
    const board = new JobBoard();
    board.apply('job.state', { ...job('a'), progress: progress(2) });
    expect(board.apply('job.progress', { id: 'a', ...progress(3) })).toMatchObject({
      missed: 0,
      repeated: false,
    });
  });

  it('keeps a bounded number of jobs that are over, and all others', () => {
    const board = new JobBoard({ maxOver: 2 });
    for (const id of ['a', 'b', 'c', 'd']) board.apply('job.started', job(id));
    for (const id of ['b', 'c', 'd']) board.apply('job.failed', { id, reason: 'x' });
    expect(board.all().map(({ id }) => id)).toEqual(['a', 'c', 'd']);
  });

  it.each([
    ['constructor', { id: 'a' }],
    ['__proto__', { id: 'a' }],
    ['message', { id: 'a' }],
    ['job.progress', { id: 'unknown', step: 1 }],
    ['job.finished', { id: 'unknown' }],
    ['job.progress', undefined],
    ['job.progress', 'text'],
    ['job.progress', { id: 7 }],
  ])('leaves alone what is not of a known job: %s %j', (type, data) => {
    const board = new JobBoard();
    board.apply('job.started', job('a'));
    expect(board.applyUnknown(type, data)).toBeUndefined();
    expect(board.all()).toEqual([job('a')]);
  });
});
